import CommandSupport

/// The SVG: a strip of concurrency above, one row per process or fold below, and totals at the side.
struct SVGPicture {
    let timeline: TraceTimeline
    let rows: PictureRows
    let path: PictureCriticalPath
    let gaps: PictureGaps
    let axis: PictureAxis
    let totals: PictureTotals
    var start: UInt64 { timeline.start }
    var duration: UInt64 { timeline.duration }
    /// Whether each row is on the critical path.
    let isOnPath: [Bool]

    /// The places of the parts, in pixels.
    enum Place {
        static let margin = 24.0
        static let names = 230.0
        static let chart = 960.0
        static let side = 310.0
        static let left = margin + names
        static let right = left + chart
        static let sideLeft = right + 32
        static let width = sideLeft + side + margin
        static let stripTop = 92.0
        static let stripHeight = 96.0
        static let rowsTop = stripTop + stripHeight + 34
        static let row = 20.0
        static let bar = 14.0
    }

    private static let rowLimit = 160
    /// Bars narrower than this many pixels are folded if they have siblings of the same name.
    private static let narrow = 3.0
    /// The estimated width of a character.
    static let column = 6.3

    /// Arranges the picture of a timeline.
    init(_ timeline: TraceTimeline) {
        self.timeline = timeline
        totals = PictureTotals(timeline)
        let pixel = Double(timeline.duration) / Place.chart
        rows = PictureRows(timeline, narrow: UInt64(Self.narrow * pixel), limit: Self.rowLimit)
        path = PictureCriticalPath(timeline, rows, shortest: UInt64(pixel * 2))
        gaps = PictureGaps(timeline, distance: UInt64(pixel * 40))
        axis = PictureAxis(duration: timeline.duration, width: Place.chart)
        var isOnPath = [Bool](repeating: false, count: rows.rows.count)
        for part in path.parts { isOnPath[part.row] = true }
        self.isOnPath = isOnPath
    }

    /// The bottom of the rows.
    var rowsBottom: Double { Place.rowsTop + Double(max(rows.rows.count, 1)) * Place.row }

    /// The horizontal position of a time.
    func x(_ time: UInt64) -> Double { Place.left + axis.position(time > start ? time - start : 0) }

    /// Writes the picture, in pieces.
    func write(to write: PictureBuffer.Write) throws(StandardOutput.Stop) {
        let side = SVGSide(self)
        let height = max(rowsBottom + 44, side.height + Place.margin)
        var buffer = PictureBuffer()
        let (width, tall) = (PictureText.coordinate(Place.width), PictureText.coordinate(height))
        buffer.add("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(width)\" height=\"\(tall)\" ")
        buffer.add("viewBox=\"0 0 \(width) \(tall)\" role=\"img\">\n<title>")
        buffer.add(text: PrintableText.of(timeline.title))
        buffer.add("</title>\n<style>\n\(PictureStyle.shared)\n</style>\n")
        buffer.add(Self.hatching + "\n<rect class=\"back\" width=\"100%\" height=\"100%\"/>\n")
        addHeading(to: &buffer)
        addStrip(to: &buffer)
        addGrid(to: &buffer)
        try buffer.flushIfFull(to: write)
        for index in rows.rows.indices { addTree(index, to: &buffer) }
        addSteps(to: &buffer)
        for index in rows.rows.indices {
            addRow(index, to: &buffer)
            try buffer.flushIfFull(to: write)
        }
        addCriticalPath(to: &buffer)
        for index in rows.rows.indices {
            addLabel(index, to: &buffer)
            try buffer.flushIfFull(to: write)
        }
        addGaps(to: &buffer)
        side.add(to: &buffer)
        buffer.add("</svg>\n")
        try buffer.flush(to: write)
    }

    /// The pattern of gaps.
    static let hatching = """
        <defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">\
        <path class="hatch" d="M0 0V6"/></pattern></defs>
        """

    private func addHeading(to buffer: inout PictureBuffer) {
        buffer.text(Place.margin, 38, "h", PictureText.cut(PrintableText.of(timeline.title), to: 90))
        buffer.text(Place.margin, 62, "m", totals.heading(timeline))
    }

    private func addGrid(to buffer: inout PictureBuffer) {
        let bottom = rowsBottom
        for index in stride(from: 0, to: rows.rows.count, by: 2) {
            let y = Place.rowsTop + Double(index) * Place.row
            buffer.rectangle(
                "stripe", Place.margin - 8, y, Place.right + 8 - Place.margin + 8, Place.row)
        }
        for tick in axis.ticks {
            let x = Place.left + axis.position(tick)
            buffer.line("grid", x, Place.stripTop, x, bottom + 6)
            for y in [Place.rowsTop - 12, bottom + 22] { buffer.text(x, y, "m s mid", PictureAxis.text(tick)) }
        }
    }
}

extension PictureBuffer {
    /// Adds a text of these classes.
    mutating func text(_ x: Double, _ y: Double, _ style: String, _ text: String) {
        add("<text x=\"\(PictureText.coordinate(x))\" y=\"\(PictureText.coordinate(y))\" class=\"\(style)\">")
        add(text: text)
        add("</text>\n")
    }

    /// Adds a rectangle of this class.
    mutating func rectangle(_ style: String, _ x: Double, _ y: Double, _ width: Double, _ height: Double) {
        add("<rect class=\"\(style)\" x=\"\(PictureText.coordinate(x))\" y=\"\(PictureText.coordinate(y))\" ")
        add("width=\"\(DecimalText.fixed(width, 2))\" height=\"\(PictureText.coordinate(height))\"/>\n")
    }

    /// Adds a line of this class.
    mutating func line(_ style: String, _ x: Double, _ y: Double, _ toX: Double, _ toY: Double) {
        add("<path class=\"\(style)\" d=\"M\(PictureText.coordinate(x)) \(PictureText.coordinate(y))")
        add("L\(PictureText.coordinate(toX)) \(PictureText.coordinate(toY))\"/>\n")
    }
}
