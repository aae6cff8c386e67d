/// The rows of a picture in tree order, so many that they fit.
///
/// The rule: siblings with the same name that are shorter than a limit become one row, together with what they started,
/// to which the same rule applies. Failed processes are folded only with failed ones. The limit is the shortest for
/// which the rows fit. If they do not fit even so, short siblings of different names are folded too.
struct PictureRows {
    let rows: [PictureRow]
    /// The row of each span.
    let rowOfSpan: [Int]
    /// The lifetime below which siblings were folded, in nanoseconds.
    let threshold: UInt64
    /// Whether siblings of different names were folded.
    let mixesNames: Bool

    /// The maximum depth of rows; what is deeper is folded into one row.
    static let depthLimit = 48

    /// Finds the rows of a timeline; siblings shorter than `narrow` are always folded.
    init(_ timeline: TraceTimeline, narrow: UInt64, limit: Int) {
        let tree = PictureTree(timeline)
        let longest = max(timeline.duration, narrow) &+ 1
        var best: (plan: [PictureTree.Group], threshold: UInt64, mixesNames: Bool)?
        for mixesNames in [false, true] where best == nil {
            if let plan = tree.plan(threshold: narrow, mixesNames: mixesNames, limit: limit) {
                best = (plan, narrow, mixesNames)
                continue
            }
            guard let plan = tree.plan(threshold: longest, mixesNames: mixesNames, limit: limit) else { continue }
            best = (plan, longest, mixesNames)
            var (lower, upper) = (max(narrow, 1), longest)
            for _ in 0..<24 where lower < upper / 1_000 * 999 {
                // The geometric mean; lifetimes differ by orders of magnitude.
                let middle = max(lower, min(upper, UInt64((Double(lower) * Double(upper)).squareRoot())))
                if let plan = tree.plan(threshold: middle, mixesNames: mixesNames, limit: limit) {
                    best = (plan, middle, mixesNames)
                    upper = middle
                } else {
                    lower = middle
                }
            }
        }
        rows = tree.rows(best?.plan ?? [])
        threshold = best?.threshold ?? narrow
        mixesNames = best?.mixesNames ?? false
        var rowOfSpan = [Int](repeating: 0, count: timeline.spans.count)
        for (index, row) in rows.enumerated() {
            for span in row.spans { rowOfSpan[span] = index }
        }
        self.rowOfSpan = rowOfSpan
    }

    /// The rule as a sentence; nil if nothing is folded.
    var rule: String? {
        guard rows.contains(where: \.isFold) else { return nil }
        let names = mixesNames ? "Siblings" : "Siblings with the same name"
        let time = PictureText.duration(threshold)
        return "\(names) shorter than \(time) are folded into one bar: “41 × sed, 120 ms” are 41 processes that lived "
            + "120 ms in total; the bar shows when at least one of them lived."
    }
}
