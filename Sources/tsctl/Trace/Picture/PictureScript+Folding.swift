extension PictureScript {
    /// The part that folds nodes into rows.
    static let folding = #"""
        // Folding.

        function groups(parents, limit, mixes) {
            const found = [], places = new Map();
            for (const list of parents) {
                for (const id of list) {
                    const node = nodes[id];
                    if (node.e < view.from || node.s > view.to) continue;
                    const isOpen = opened.has(id) || (matches.has(id) && matches.size <= 60);
                    if (node.l / node.n >= limit || isOpen) { found.push([id]); continue; }
                    const key = mixes ? "" : node.k + (node.f ? "\u0000f" : "");
                    const place = places.get(key);
                    if (place === undefined) { places.set(key, found.length); found.push([id]); }
                    else found[place].push(id);
                }
            }
            if (parents.length > 1) {
                const first = ids => Math.min(...ids.slice(0, 5000).map(id => nodes[id].s));
                found.sort((a, b) => first(a) - first(b));
            }
            return found;
        }
        function arrange(limit, mixes) {
            const planned = [], most = ROWS + opened.size + Math.min(matches.size, 60);
            const open = groups([roots], limit, mixes).map(ids => ({ ids, depth: 0, parent: null })).reverse();
            while (open.length) {
                const row = open.pop();
                planned.push(row);
                if (planned.length + open.length > most) return null;
                const below = groups(row.ids.map(id => children[id]), limit, mixes);
                for (const ids of below.reverse()) open.push({ ids, depth: row.depth + 1, parent: row });
            }
            return planned;
        }
        function fold() {
            const narrow = (view.to - view.from) / width * NARROW;
            let found = null;
            for (const mixes of [false, true]) {
                found = arrange(threshold = narrow, mixes);
                if (found) break;
                let [low, high] = [Math.max(narrow, 1), data.duration + 1];
                found = arrange(threshold = high, mixes);
                if (!found) continue;
                for (let step = 0; step < 12 && low < high * 0.99; step++) {
                    const middle = Math.sqrt(low * high);
                    const better = arrange(middle, mixes);
                    if (better) { found = better; threshold = high = middle; } else low = middle;
                }
                break;
            }
            rows = (found ?? arrange(Infinity, true) ?? []).map(sum);
            rowOf = new Map();
            rows.forEach((row, index) => { for (const id of row.ids) rowOf.set(id, index); });
        }
        // The numbers of a row: those of its node, or the sums of several.
        function sum(row) {
            const own = row.ids.map(id => nodes[id]);
            const all = { ...row, n: 0, l: 0, f: 0, s: Infinity, e: 0, h: [0, 0, 0, 0], w: new Map(), path: 0 };
            const labels = new Set();
            for (const node of own) {
                labels.add(node.k);
                all.n += node.n; all.l += node.l; all.f += node.f ?? 0;
                all.s = Math.min(all.s, node.s); all.e = Math.max(all.e, node.e);
                node.h.forEach((share, state) => all.h[state] += share * (own.length > 1 ? node.l : 1));
                if (node.c) all.c = [(all.c?.[0] ?? 0) + node.c[0], (all.c?.[1] ?? 0) + node.c[1]];
                for (let i = 0; node.w && i < node.w.length; i += 3) {
                    const wait = all.w.get(node.w[i]) ?? [0, 0];
                    all.w.set(node.w[i], [wait[0] + node.w[i + 1], wait[1] + node.w[i + 2]]);
                }
                if (node.m !== undefined) all.m = Math.max(all.m ?? 0, node.m);
                if (node.R) all.R = (all.R ?? 0) + node.R;
                if (node.W) all.W = (all.W ?? 0) + node.W;
                all.r ||= node.r;
            }
            for (const id of row.ids) all.path += onPath.get(id) ?? 0;
            const divisor = own.length > 1 ? Math.max(all.l, 1) * 1000 : 1000;
            all.h = all.h.map(share => share / divisor);
            all.h.push(Math.max(0, 1 - all.h.reduce((a, b) => a + b, 0)));
            all.node = own.length === 1 && own[0].n === 1 ? own[0] : null;
            all.name = own[0].k + (labels.size > 1 ? " and others" : "");
            all.title = all.n > 1 ? `${number(all.n)} × ${all.name}` : all.name;
            all.pieces = () => own.flatMap(node => node.q ?? [node.s, node.e]);
            return all;
        }
        """#
}
