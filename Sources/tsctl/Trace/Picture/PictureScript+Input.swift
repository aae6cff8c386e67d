extension PictureScript {
    /// The part that reacts to the pointer, keys and searches.
    static let input = #"""
        // Zooming and moving.

        function zoom(factor, center = (view.from + view.to) / 2) {
            const length = Math.max(1000, Math.min(data.duration, (view.to - view.from) * factor));
            const share = (center - view.from) / (view.to - view.from);
            move(center - share * length, length);
        }
        function move(from, length = view.to - view.from) {
            view.from = Math.max(0, Math.min(from, data.duration - length));
            view.to = Math.max(view.from + length, view.from + 1);
            plan();
        }
        function zoomTo(row) {
            const length = Math.max(1000, (row.e - row.s) * 1.1);
            move(row.s - length * 0.045, Math.min(length, data.duration));
        }
        const all = () => move(0, data.duration);
        const timeAt = event =>
            view.from + (event.clientX - chart.getBoundingClientRect().left - names) / width * (view.to - view.from);
        const rowAt = event => rows[event.target.closest?.(".row")?.dataset.row];
        chart.addEventListener("wheel", event => {
            if (event.ctrlKey || event.metaKey) zoom(Math.exp(event.deltaY * 0.004), timeAt(event));
            else if (event.deltaX) move(view.from + event.deltaX / width * (view.to - view.from));
            else if (event.shiftKey) move(view.from + event.deltaY / width * (view.to - view.from));
            else return;
            event.preventDefault();
        }, { passive: false });
        let drag = null;
        chart.addEventListener("pointerdown", event => {
            if (event.button === 0) drag = { x: event.clientX, from: view.from, isMoved: false };
        });
        addEventListener("pointermove", event => {
            if (drag && Math.abs(event.clientX - drag.x) > 4) drag.isMoved = true;
            if (drag?.isMoved) move(drag.from - (event.clientX - drag.x) / width * (view.to - view.from));
            const row = drag?.isMoved || !chart.contains(event.target) ? null : rowAt(event);
            tip.hidden = !row;
            if (!row) return;
            tip.textContent = [row.node?.t?.slice(0, 300) ?? row.title, ...facts(row).map(fact => fact.join(": "))].join("\n");
            tip.style.left = Math.max(4, Math.min(event.clientX + 14, innerWidth - tip.offsetWidth - 8)) + "px";
            tip.style.top = Math.max(4, Math.min(event.clientY + 14, innerHeight - tip.offsetHeight - 8)) + "px";
        });
        addEventListener("pointerup", event => {
            const row = drag && !drag.isMoved ? rowAt(event) : null;
            drag = null;
            if (row) select(row.ids[0]);
        });
        chart.addEventListener("dblclick", event => { const row = rowAt(event); if (row) zoomTo(row); });
        document.getElementById("in").onclick = () => zoom(0.5);
        document.getElementById("out").onclick = () => zoom(2);
        document.getElementById("all").onclick = all;
        for (const button of document.querySelectorAll("[data-node]"))
            button.onclick = () => reveal(Number(button.dataset.node));

        // Searching, and keys.

        function find() {
            const wanted = search.value.trim().toLowerCase();
            matches = new Set();
            match = -1;
            if (wanted) nodes.forEach((node, id) => {
                if (node.k.toLowerCase().includes(wanted) || node.t?.toLowerCase().includes(wanted)
                    || String(node.i) === wanted) matches.add(id);
            });
            document.getElementById("found").value = wanted ? `${number(matches.size)} found` : "";
            draw();
        }
        function next(step) {
            if (!matches.size) return;
            match = (match + step + matches.size) % matches.size;
            document.getElementById("found").value = `${number(match + 1)} of ${number(matches.size)}`;
            reveal([...matches][match]);
        }
        search.oninput = find;
        search.onkeydown = event => { if (event.key === "Enter") next(event.shiftKey ? -1 : 1); };
        addEventListener("keydown", event => {
            if (event.target === search) {
                if (event.key === "Escape") { search.value = ""; find(); search.blur(); }
                return;
            }
            if (event.ctrlKey || event.metaKey || event.altKey) return;
            const length = view.to - view.from, row = rowOf.get(selected) ?? -1;
            const keys = {
                "/": () => search.focus(), "+": () => zoom(0.5), "=": () => zoom(0.5), "-": () => zoom(2), "0": all,
                n: () => next(1), N: () => next(-1), Escape: () => { opened.clear(); draw(); },
                ArrowLeft: () => move(view.from - length / 8), ArrowRight: () => move(view.from + length / 8),
                ArrowUp: () => step(Math.max(0, row - 1)), ArrowDown: () => step(Math.min(rows.length - 1, row + 1)),
                Enter: () => { if (row >= 0) zoomTo(rows[row]); },
            };
            if (event.key === "Enter" && event.target.tagName === "BUTTON") return;
            if (!keys[event.key]) return;
            event.preventDefault();
            keys[event.key]();
        });
        function step(index) {
            if (!rows[index]) return;
            select(rows[index].ids[0]);
            const place = rows[index].element.getBoundingClientRect();
            if (place.top < STRIP + AXIS) scrollBy({ top: place.top - STRIP - AXIS - 20 });
            if (place.bottom > innerHeight) scrollBy({ top: place.bottom - innerHeight + 20 });
        }
        addEventListener("resize", plan);
        draw();
        """#
}
