extension PictureScript {
    /// The part that shows the numbers of a row.
    static let details = #"""
        // Details.

        function facts(row) {
            const node = row.node, list = [];
            const add = (name, value) => list.push([name, value]);
            if (node) add("pid", String(node.i));
            if (row.n > 1) add("processes", number(row.n));
            add(row.n > 1 ? "lifetimes, sum" : "elapsed", time(row.l));
            add("from", time(row.s) + " after the start");
            add("to", time(row.e) + " after the start");
            if (node) add("exit", node.x ?? "exit code 0");
            if (row.n > 1 && row.f) add("failed", number(row.f));
            if (row.path) add("on the critical path", time(row.path));
            if (row.c) add("CPU", row.c[1] - row.c[0] > Math.max(row.c[1] / 50, 50000)
                ? `${time(row.c[0])}–${time(row.c[1])}` : time(row.c[0]));
            for (const [kind, [ns, count]] of [...row.w].sort((a, b) => a[0] - b[0]))
                add("waits: " + data.kinds[kind], `${time(ns)} in ${number(count)}`);
            if (row.m !== undefined) add("peak memory", bytes(row.m * 1024));
            if (row.R) add("read from disk", bytes(row.R));
            if (row.W) add("written to disk", bytes(row.W));
            if (row.r) add("reparented", "its starter ended first");
            return list;
        }
        function element(parent, kind, text, style) {
            const made = parent.appendChild(document.createElement(kind));
            if (text !== undefined) made.textContent = text;
            if (style) made.className = style;
            return made;
        }
        function show(row) {
            details.replaceChildren();
            element(details, "h2", row.title, row.f ? "failed" : "");
            if (row.node?.t) element(details, "code", row.node.t);
            const table = element(details, "table");
            for (const [name, value] of facts(row)) {
                const line = element(table, "tr");
                element(line, "th", name);
                element(line, "td", value, name === "exit" && row.f ? "failed" : "");
            }
            element(details, "button", "Zoom to it").onclick = () => zoomTo(row);
            if (row.ids.length > 1) {
                element(details, "button", `Unfold ${number(Math.min(row.ids.length, 100))}`).onclick = () => {
                    for (const id of longest(row, 100)) opened.add(id);
                    draw();
                };
                element(details, "p", "the longest:", "hint");
                const list = element(details, "ol");
                for (const id of longest(row, 8)) {
                    const button = element(element(list, "li"), "button", `${time(nodes[id].l)}  ${nodes[id].t ?? nodes[id].k}`);
                    button.onclick = () => reveal(id);
                }
            }
        }
        const longest = (row, count) => [...row.ids].sort((a, b) => nodes[b].l - nodes[a].l).slice(0, count);
        function select(id) {
            selected = id;
            const row = rows[rowOf.get(id)];
            if (!row) return;
            show(row);
            mark();
        }
        function reveal(id) {
            opened.add(id);
            if (nodes[id].e < view.from || nodes[id].s > view.to) [view.from, view.to] = [0, data.duration];
            draw();
            select(id);
            const place = rows[rowOf.get(id)]?.element.getBoundingClientRect();
            if (place && (place.top < STRIP + AXIS || place.bottom > innerHeight))
                scrollBy({ top: place.top - innerHeight / 2 });
        }
        """#
}
