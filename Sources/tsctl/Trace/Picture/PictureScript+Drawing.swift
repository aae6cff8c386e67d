extension PictureScript {
    /// The part that draws the strip and the rows.
    static let drawing = #"""
        // Drawing.

        function make(parent, kind, attributes, text) {
            const element = document.createElementNS("http://www.w3.org/2000/svg", kind);
            for (const key in attributes) element.setAttribute(key, attributes[key]);
            if (text !== undefined) element.textContent = text;
            return parent.appendChild(element);
        }
        const x = at => names + Math.min(1.005, Math.max(0, (at - view.from) / (view.to - view.from))) * width;
        function ticks() {
            const least = (view.to - view.from) / Math.max(1, Math.floor(width / 85));
            const minutes = [10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21600, 43200, 86400, 172800, 432000, 864000];
            const power = 10 ** Math.floor(Math.log10(least));
            let step = [1, 2, 5, 10].map(factor => factor * power).find(value => value >= least * 0.999);
            if (step > 5e9) step = minutes.map(value => value * 1e9).find(value => value >= least) ?? 864e14;
            const found = [];
            for (let at = Math.ceil(view.from / step) * step; at <= view.to; at += step) found.push(at);
            return found.map(at => [at, tick(Math.round(at), step)]);
        }
        function drawStrip() {
            strip.replaceChildren();
            const height = STRIP + AXIS;
            for (const [key, value] of [["width", names + width + EDGE], ["height", height]]) strip.setAttribute(key, value);
            strip.setAttribute("viewBox", `0 0 ${names + width + EDGE} ${height}`);
            const count = data.strip[0].length, lower = new Array(count).fill(0), layers = [];
            for (const values of data.strip) {
                const before = lower.slice();
                values.forEach((value, i) => lower[i] += value / 100);
                layers.push([before, lower.slice()]);
            }
            const highest = Math.max(1, data.cpus * 1.15, ...lower);
            const y = value => (STRIP - value / highest * (STRIP - 8)).toFixed(1);
            const first = Math.max(0, Math.floor(view.from / data.interval));
            const last = Math.min(count, Math.ceil(view.to / data.interval));
            for (const [at, text] of ticks()) {
                make(strip, "path", { class: "grid", d: `M${x(at)} 0V${STRIP + 4}` });
                make(strip, "text", { class: "m s mid", x: x(at), y: STRIP + 17 }, text);
            }
            layers.forEach(([from, to], state) => {
                if (last <= first) return;
                let line = `M${x(first * data.interval).toFixed(1)} ${y(from[first])}`;
                for (let i = first; i < last; i++) line += `V${y(to[i])}H${x((i + 1) * data.interval).toFixed(1)}`;
                for (let i = last - 1; i >= first; i--) line += `V${y(from[i])}H${x(i * data.interval).toFixed(1)}`;
                make(strip, "path", { class: "c" + state, d: line + "z" });
            });
            make(strip, "rect", { class: "back", x: 0, y: 0, width: names, height: STRIP });
            make(strip, "path", { class: "edge", d: `M${names} ${STRIP}h${width}` });
            make(strip, "text", { class: "b", x: 0, y: 14 }, "Processes at a time");
            make(strip, "text", { class: "m s", x: 0, y: 31 }, "running and waiting; a state is");
            make(strip, "text", { class: "m s", x: 0, y: 46 }, "spread over its process's life");
            make(strip, "text", { class: "m s r", x: names - 6, y: STRIP + 4 }, "0");
            make(strip, "text", { class: "m s r", x: names - 6, y: 14 }, highest.toFixed(1));
            if (data.cpus) {
                make(strip, "path", { class: "cpus", d: `M${names} ${y(data.cpus)}h${width}` });
                const at = { class: "s r", x: names + width - 4, y: Math.max(10, y(data.cpus) - 4) };
                make(strip, "text", at, data.cpus + (data.cpus === 1 ? " CPU" : " CPUs"));
            }
            drawGaps(strip, STRIP, true);
        }
        function drawGaps(parent, height, isNamed) {
            data.gaps.forEach(([at, text], index) => {
                if (at < view.from || at > view.to) return;
                const left = Math.min(x(at), names + width - 8);
                make(parent, "rect", { class: "gap", fill: "url(#hatch)", x: left, y: 0, width: 8, height });
                if (!isNamed) return;
                const isLeft = left > names + width * 0.6, y = 12 + index % 4 * 16;
                const room = measure.measureText(text).width * 1.12 + 4;
                make(parent, "rect", { class: "plate", x: isLeft ? left - room - 3 : left + 10, y: y - 11, width: room, height: 15 });
                make(parent, "text", { class: isLeft ? "f s r" : "f s", x: isLeft ? left - 4 : left + 12, y }, text);
            });
        }
        function drawRows() {
            plot.replaceChildren();
            const height = Math.max(1, rows.length) * ROW + 8;
            for (const [key, value] of [["width", names + width + EDGE], ["height", height]]) plot.setAttribute(key, value);
            plot.setAttribute("viewBox", `0 0 ${names + width + EDGE} ${height}`);
            const bands = make(plot, "g", {});
            for (let i = 0; i < rows.length; i += 2)
                make(bands, "rect", { class: "stripe", x: 0, y: i * ROW, width: names + width, height: ROW });
            for (const [at] of ticks()) make(bands, "path", { class: "grid", d: `M${x(at)} 0V${height}` });
            const steps = make(plot, "path", { class: "path step" });
            rows.forEach(drawRow);
            drawPath(steps);
            rows.forEach(drawLabel);
            drawGaps(plot, height, false);
            mark();
        }
        function drawRow(row, index) {
            const y = index * ROW, bar = y + 3;
            const group = row.element = make(plot, "g", { class: "row", "data-row": index });
            make(group, "rect", { class: "band", x: 0, y, width: names + width, height: ROW });
            const indent = 4 + Math.min(row.depth, 9) * 12;
            if (row.depth) make(group, "path", { class: "tree", d: `M${indent - 7} ${y - 4}V${y + 10}h5` });
            const style = row.path ? "b" : "";
            make(group, "text", { class: style, x: indent, y: y + 14 }, cut(row.title, (names - indent - 8) * 0.88));
            const left = x(row.s), right = Math.max(x(row.e), left + 1.5);
            if (row.n > 1) {
                make(group, "path", { class: "life", d: `M${left} ${bar + BAR / 2}H${right}` });
                drawPieces(row, group, bar);
            } else {
                // The shares of the whole life, on the part that is visible.
                let at = left;
                row.h.forEach((share, state) => {
                    if (share * (right - left) < 0.05) return;
                    make(group, "rect", { class: "c" + state, x: at, y: bar, width: share * (right - left), height: BAR });
                    at += share * (right - left);
                });
                make(group, "rect", { class: row.r ? "edge rep" : "edge", x: left, y: bar, width: right - left, height: BAR });
            }
            if (row.f) {
                make(group, "rect", { class: "bad", x: left, y: bar, width: right - left, height: BAR });
                make(group, "path", { class: "bad", d: `M${right - 3.5} ${bar + 3.5}l7 7m0-7l-7 7` });
            }
        }
        function drawPieces(row, group, bar) {
            const list = row.pieces(), ranges = [], near = (view.to - view.from) / width;
            for (let i = 0; i < list.length; i += 2)
                if (list[i + 1] >= view.from && list[i] <= view.to) ranges.push([list[i], list[i + 1]]);
            ranges.sort((a, b) => a[0] - b[0]);
            const joined = [];
            for (const range of ranges) {
                const last = joined.at(-1);
                if (last && range[0] <= last[1] + near) last[1] = Math.max(last[1], range[1]);
                else joined.push([...range]);
            }
            let y = bar;
            row.h.forEach((share, state) => {
                if (share <= 0.01) return;
                let line = "";
                for (const [from, to] of joined) {
                    const left = x(from);
                    line += `M${left.toFixed(1)} ${y.toFixed(2)}h${Math.max(1, x(to) - left).toFixed(1)}`
                        + `v${(share * BAR).toFixed(2)}H${left.toFixed(1)}z`;
                }
                make(group, "path", { class: "c" + state, d: line });
                y += share * BAR;
            });
        }
        // The text of a bar: in it if it fits, else beside it, where there is room.
        function drawLabel(row, index) {
            const left = Math.max(x(row.s), names), right = Math.min(Math.max(x(row.e), left), names + width);
            const failures = row.node ? (row.node.x ? ", " + row.node.x : "") : row.f ? `, ${number(row.f)} failed` : "";
            const short = `${row.title}, ${time(row.l)}${failures}${row.r ? " · reparented" : ""}`;
            const more = row.node?.t?.replace(/^\/\S*\//, "") ?? "";
            const wide = measure.measureText(short).width * (row.f ? 1.12 : 1);
            const y = index * ROW + 14, [before, after] = [left - names - 10, names + width - right - 10];
            let at, room, style = row.f ? "o f s" : "o s";
            if (row.n === 1 && right - left - 10 > wide) [at, room, style] = [left + 5, right - left - 10, "s"];
            else if (after > wide || after > before) [at, room] = [right + (row.f ? 9 : 5), after];
            else [at, room, style] = [left - 5, before, style + " r"];
            if (room < wide * 0.6) [at, room, style] = [left + 5, right - left - 10, "s"];
            const text = make(row.element, "text", { class: style, x: at, y }, cut(short, room + 2));
            const rest = cut(more, Math.min(room - wide - 12, 520));
            if (rest) {
                const span = make(text, "tspan", { class: "m", dx: 8 }, rest);
                if (row.n === 1 && style === "s") span.setAttribute("class", "");
            }
        }
        function drawPath(steps) {
            const pixel = (view.to - view.from) / width;
            let thick = "", thin = "", last = null;
            for (const [id, start, end] of data.path) {
                if (end < view.from || start > view.to || end - start < pixel * 0.5 || !rowOf.has(id)) continue;
                const y = rowOf.get(id) * ROW + 18, left = x(start).toFixed(1);
                if (last && last[1] !== y) thin += `M${last[0]} ${last[1]}L${left} ${y}`;
                thick += `M${left} ${y}H${x(end).toFixed(1)}`;
                last = [x(end).toFixed(1), y];
            }
            steps.setAttribute("d", thin);
            make(plot, "path", { class: "path", d: thick });
        }
        function mark() {
            rows.forEach((row, index) => {
                row.element.classList.toggle("on", index === rowOf.get(selected));
                row.element.classList.toggle("dim", matches.size > 0 && !row.ids.some(id => matches.has(id)));
            });
        }
        function draw() {
            const room = Math.max(420, chart.clientWidth);
            names = room < 700 ? 120 : 210;
            width = room - names - EDGE;
            fold();
            drawStrip();
            drawRows();
        }
        let isPlanned = false;
        function plan() {
            if (isPlanned) return;
            isPlanned = true;
            requestAnimationFrame(() => { isPlanned = false; draw(); });
        }
        """#
}
