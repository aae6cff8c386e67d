extension PictureScript {
    /// The part that reads the data, and formats numbers.
    static let data = #"""
        "use strict";
        // Draws the nodes of the data: each is a process, or several that were folded when the page was written. What is
        // narrow at the current zoom is folded further, by the rule that the notes state.
        const data = JSON.parse(document.getElementById("data").textContent);
        const nodes = data.nodes;
        const ROW = 20, BAR = 14, STRIP = 84, AXIS = 24, ROWS = 250, NARROW = 3, EDGE = 16;
        const chart = document.getElementById("chart");
        const strip = document.getElementById("strip");
        const plot = document.getElementById("rows");
        const details = document.getElementById("details");
        const search = document.getElementById("search");
        const tip = document.body.appendChild(document.createElement("div"));
        tip.id = "tip";
        tip.hidden = true;

        const children = nodes.map(() => []);
        const roots = [];
        nodes.forEach((node, id) => {
            node.n ??= 1;
            node.l ??= node.e - node.s;
            (node.p < 0 ? roots : children[node.p]).push(id);
        });
        const onPath = new Map();
        for (const [id, start, end] of data.path) onPath.set(id, (onPath.get(id) ?? 0) + end - start);

        const view = { from: 0, to: Math.max(data.duration, 1) };
        const opened = new Set();
        let matches = new Set(), match = -1;
        let rows = [], rowOf = new Map(), selected = null, width = 800, names = 210, threshold = 0;

        // Formatting.

        function time(ns) {
            if (ns === 0) return "0";
            if (ns < 999500) return Math.round(ns / 1e3) + " µs";
            if (ns < 9.95e6) return (ns / 1e6).toFixed(1) + " ms";
            if (ns < 999.5e6) return Math.round(ns / 1e6) + " ms";
            if (ns < 9.995e9) return (ns / 1e9).toFixed(2) + " s";
            if (ns < 59.95e9) return (ns / 1e9).toFixed(1) + " s";
            const seconds = Math.round(ns / 1e9);
            if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
            if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ${Math.floor(seconds % 3600 / 60)} min`;
            return `${Math.floor(seconds / 86400)} d ${Math.floor(seconds % 86400 / 3600)} h`;
        }
        function tick(ns, step) {
            const two = value => String(value).padStart(2, "0");
            const decimals = unit => Math.max(0, Math.ceil(-Math.log10(step / unit) - 1e-9));
            if (ns === 0) return "0";
            if (ns < 1e6) return (ns / 1e3).toFixed(decimals(1e3)) + " µs";
            if (ns < 1e9) return (ns / 1e6).toFixed(decimals(1e6)) + " ms";
            if (ns < 60e9 || step < 1e9) return (ns / 1e9).toFixed(decimals(1e9)) + " s";
            const seconds = Math.round(ns / 1e9);
            if (seconds < 3600) return `${Math.floor(seconds / 60)}:${two(seconds % 60)} min`;
            if (step < 60e9) return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds % 3600 / 60))}:${two(seconds % 60)} h`;
            return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds % 3600 / 60))} h`;
        }
        function bytes(count) {
            const units = ["B", "KiB", "MiB", "GiB", "TiB"];
            let unit = 0;
            while (count >= 1024 && unit < units.length - 1) { count /= 1024; unit++; }
            return (unit ? count.toFixed(1) : count) + " " + units[unit];
        }
        const number = count => count.toLocaleString("en");
        const measure = document.createElement("canvas").getContext("2d");
        measure.font = '11px system-ui, "DejaVu Sans", sans-serif';
        function cut(text, room) {
            if (room < 12) return "";
            if (text.length > 400) text = text.slice(0, 400);
            if (measure.measureText(text).width <= room) return text;
            let [low, high] = [0, text.length];
            while (low < high) {
                const middle = (low + high + 1) >> 1;
                if (measure.measureText(text.slice(0, middle) + "…").width <= room) low = middle; else high = middle - 1;
            }
            return low > 1 ? text.slice(0, low) + "…" : "";
        }
        """#
}
