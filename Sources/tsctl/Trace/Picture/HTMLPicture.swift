import CommandSupport

/// The page: a chart that its script draws from data in the page, and a column of texts at the side.
///
/// It needs no network, and its policy forbids it. The script takes the texts of processes only from the data and sets
/// them only as text. The policy runs only the script with this digest, so a text that became markup could do nothing.
struct HTMLPicture {
    private let timeline: TraceTimeline
    private let rows: PictureRows
    private let path: PictureCriticalPath
    private let totals: PictureTotals
    private var duration: UInt64 { timeline.duration }

    private static let rowLimit = 8_000
    private static let policy = """
        default-src 'none'; script-src 'sha256-\(PictureScript.digest)'; style-src 'unsafe-inline'; base-uri 'none'; \
        form-action 'none'
        """

    /// Arranges the page of a timeline.
    init(_ timeline: TraceTimeline) {
        self.timeline = timeline
        totals = PictureTotals(timeline)
        // The script folds what is narrow at its scale.
        rows = PictureRows(timeline, narrow: 0, limit: Self.rowLimit)
        path = PictureCriticalPath(timeline, rows, shortest: timeline.duration / 4_000)
    }

    /// Writes the page, in pieces.
    func write(to write: PictureBuffer.Write) throws(StandardOutput.Stop) {
        var buffer = PictureBuffer()
        let title = PrintableText.of(timeline.title)
        buffer.add("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
        buffer.add("<meta http-equiv=\"Content-Security-Policy\" content=\"\(Self.policy)\">\n")
        buffer.add("<meta name=\"viewport\" content=\"width=device-width\">\n<title>")
        buffer.add(text: title)
        buffer.add("</title>\n<style>\n\(PictureStyle.shared)\n\(PictureStyle.page)\n</style>\n</head>\n<body>\n")
        buffer.add("<header><div><h1>")
        buffer.add(text: title)
        buffer.add("</h1><p>")
        buffer.add(text: totals.heading(timeline))
        buffer.add("</p></div>\n\(Self.tools)</header>\n\(Self.chart)\n<aside>\n")
        addSide(to: &buffer)
        buffer.add("</aside></main>\n\(SVGPicture.hiddenHatching)\n<script type=\"application/json\" id=\"data\">\n")
        try PictureData(timeline, rows, path).write(&buffer, to: write)
        buffer.add("</script>\n<script>\(PictureScript.text)</script>\n</body>\n</html>\n")
        try buffer.flush(to: write)
    }

    private static let tools = """
        <div class="tools"><input id="search" type="search" placeholder="Search: name, command line, pid   ( / )" \
        aria-label="Search processes"><output id="found"></output>
        <button id="in" title="Zoom in (+)">+</button><button id="out" title="Zoom out (-)">−</button>\
        <button id="all" title="Show everything (0)">Show all</button></div>
        """
    private static let chart = """
        <main><div id="chart" tabindex="0" aria-label="Processes over time; arrow keys select and move">
        <svg id="strip"></svg><svg id="rows"></svg>
        <noscript><p>This page draws with a script. The SVG format (--trace FILE.svg) needs none.</p></noscript></div>
        """

    private func addSide(to buffer: inout PictureBuffer) {
        buffer.add("<section id=\"details\" aria-live=\"polite\"><h2>Details</h2>")
        buffer.add("<p class=\"hint\">Click a bar, or select one with ↑ and ↓, to see its numbers. ")
        buffer.add(
            "The wheel with Ctrl zooms, dragging moves, a double click zooms to a bar; ← → + - 0 do the same.</p>")
        buffer.add("</section>\n<section class=\"legend\"><h2>What the colours mean</h2><ul>")
        for state in TraceShares.State.allCases {
            buffer.add(
                "<li><svg width=\"26\" height=\"14\"><rect class=\"\(state.styleClass)\" width=\"26\" height=\"14\"/>")
            buffer.add("</svg>\(state.title)</li>")
        }
        let marks = [
            (
                #"<rect class="bad" x="1" y="1" width="24" height="12"/><path class="bad" d="M16 3.5l7 7m0-7l-7 7"/>"#,
                "failed: exit code other than 0, or a signal"
            ),
            (#"<path class="path" d="M0 8H26"/>"#, "critical path: what the end waited for"),
            (
                #"<rect class="edge rep" x="1" y="1" width="24" height="12"/>"#,
                "reparented: outlived the process that started it"
            ),
            (#"<rect fill="url(#hatch)" width="26" height="14"/>"#, "records are missing"),
        ]
        for (mark, text) in marks { buffer.add("<li><svg width=\"26\" height=\"14\">\(mark)</svg>\(text)</li>") }
        buffer.add("</ul></section>\n<section><h2>Totals</h2><table>")
        for line in totals.lines(elapsed: duration) {
            buffer.add("<tr><th>\(line.name)</th><td>\(line.value)</td></tr>")
        }
        buffer.add("</table></section>\n")
        addCriticalPath(to: &buffer)
        buffer.add("<section><h2>Notes</h2>")
        let rule =
            "Siblings with the same name that are too narrow at the current zoom are folded into one bar: "
            + "“41 × sed, 120 ms” are 41 processes that lived 120 ms in total; the bar shows when at least one lived. "
            + "Zooming in unfolds them."
        var notes = PictureTotals.notes(timeline, rule: rule)
        let folded = timeline.spans.count - rows.rows.count { !$0.isFold }
        if folded > 0 {
            notes.append(
                "\(PictureText.count(folded)) processes shorter than \(PictureText.duration(rows.threshold)) are always "
                    + "folded, to keep the page small; a search finds them by their common name.")
        }
        for note in notes {
            buffer.add("<p>")
            buffer.add(text: note)
            buffer.add("</p>")
        }
        buffer.add("</section>\n")
    }

    private func addCriticalPath(to buffer: inout PictureBuffer) {
        guard !path.longest.isEmpty else { return }
        buffer.add("<section><h2>Critical path: its longest segments</h2><ol>")
        for (segment, line) in zip(path.longest, path.lines(timeline)) {
            buffer.add("<li><button data-node=\"\(rows.rowOfSpan[segment.span])\"><b>")
            buffer.add(text: line.duration)
            buffer.add("</b> ")
            buffer.add(text: PictureText.cut(line.text, to: 200))
            buffer.add("</button></li>")
        }
        buffer.add("</ol></section>\n")
    }
}

extension SVGPicture {
    /// The pattern of gaps, for the other pictures of a page.
    static let hiddenHatching = "<svg width=\"0\" height=\"0\" style=\"position:absolute\">\(hatching)</svg>"
}
