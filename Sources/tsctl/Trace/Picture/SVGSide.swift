import CommandSupport

/// The column at the side of an SVG: the legend, the totals, the critical path and the notes.
struct SVGSide {
    /// A line of the column, with its place.
    private struct Line {
        let y: Double
        let style: String
        let text: String
        /// A value at the right edge.
        var value = ""
    }

    private let picture: SVGPicture
    private var lines: [Line] = []
    private var legendTop = 0.0
    /// The bottom of the column.
    private(set) var height = SVGPicture.Place.stripTop

    private static let columns = 47
    private static let lineHeight = 16.0
    private static let swatches = 8

    /// Arranges the column of a picture.
    init(_ picture: SVGPicture) {
        self.picture = picture
        heading("What the colours mean")
        legendTop = height
        height += Double(Self.swatches) * 18 + 10
        heading("Totals")
        for line in picture.totals.lines(elapsed: picture.duration) {
            add("m s", line.name, value: line.value)
        }
        height += 12
        if !picture.path.longest.isEmpty {
            heading("Critical path: its longest segments")
            for (number, line) in picture.path.lines(picture.timeline).enumerated() {
                add("s b", "\(number + 1). \(line.duration)")
                add("m s", PictureText.cut(line.text, to: Self.columns - 2))
            }
            height += 12
        }
        heading("Notes")
        for note in PictureTotals.notes(picture.timeline, rule: picture.rows.rule) {
            for line in PictureText.wrapped(note, to: Self.columns) { add("m s", line) }
            height += 4
        }
    }

    private mutating func heading(_ text: String) {
        height += 12
        add("b", text)
        height += 4
    }

    private mutating func add(_ style: String, _ text: String, value: String = "") {
        lines.append(Line(y: height, style: style, text: text, value: value))
        height += Self.lineHeight
    }

    /// Adds the column to a buffer.
    func add(to buffer: inout PictureBuffer) {
        let (left, right) = (SVGPicture.Place.sideLeft, SVGPicture.Place.sideLeft + SVGPicture.Place.side)
        for line in lines {
            buffer.text(left, line.y, line.style, line.text)
            if !line.value.isEmpty { buffer.text(right, line.y, "s r", line.value) }
        }
        addLegend(left, to: &buffer)
    }

    private func addLegend(_ left: Double, to buffer: inout PictureBuffer) {
        var y = legendTop - 11
        let add = { (text: String, buffer: inout PictureBuffer) in
            buffer.text(left + 34, y + 11, "s", text)
            y += 18
        }
        for state in TraceShares.State.allCases {
            buffer.rectangle(state.styleClass, left, y, 26, 14)
            buffer.rectangle("edge", left, y, 26, 14)
            add(state.title, &buffer)
        }
        buffer.rectangle("bad", left, y, 26, 14)
        let (crossX, crossY) = (PictureText.coordinate(left + 15), PictureText.coordinate(y + 3.5))
        buffer.add("<path class=\"bad\" d=\"M\(crossX) \(crossY)l7 7m0-7l-7 7\"/>\n")
        add("failed: exit code other than 0, or a signal", &buffer)
        buffer.line("path", left, y + 8, left + 26, y + 8)
        add("critical path: what the end waited for", &buffer)
        buffer.rectangle("edge rep", left, y, 26, 14)
        add("reparented: outlived the process that started it", &buffer)
    }
}
