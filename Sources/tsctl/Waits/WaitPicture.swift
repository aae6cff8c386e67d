import CommandSupport

/// The SVG of a ``WaitTimeline``: for each kind of wait a panel of stacked areas, one for each group.
///
/// The height of an area is the number of tasks that waited at a time, on average. All panels have the same groups in
/// the same colours; each has its own scale.
struct WaitPicture {
    private let timeline: WaitTimeline
    private let context: Context
    private let axis: ClockAxis
    private let start: UInt64
    private let end: UInt64
    private let series: [Series]

    /// What is shown beside the areas.
    struct Context {
        /// The counts of the stream, such as "12 records, none lost".
        var result: String
        /// The notes on what the areas lack.
        var notes: [String]
    }

    /// An area of each panel.
    private struct Series {
        let name: String
        let styleClass: String
        let layer: WaitTimeline.Layer
    }

    /// The places of the parts, in pixels.
    private enum Place {
        static let margin = 24.0
        static let left = 88.0
        static let chart = 780.0
        static let right = left + chart
        static let sideLeft = right + 36
        static let side = 356.0
        static let width = sideLeft + side + margin
        static let top = 122.0
        static let panel = 150.0
        static let distance = 196.0
        /// The right edges of the sums, from the left edge of the side.
        static let columns = [212.0, 284.0, 356.0]
        static let lineHeight = 18.0
        static let noteHeight = 15.0
        static let column = 6.3
    }

    init(_ timeline: WaitTimeline, _ context: Context) {
        self.timeline = timeline
        self.context = context
        start = timeline.start ?? 0
        end = max(timeline.end, start + 1)
        axis = ClockAxis(from: start, to: end, width: Place.chart)
        let (groups, others) = timeline.largest(PictureStyle.groupColours)
        let named = groups.enumerated().map { Series(name: $1.name, styleClass: "g\($0)", layer: $1.layer) }
        series = named + (others.map { [Series(name: "all others", styleClass: "gx", layer: $0)] } ?? [])
    }

    private var bottom: Double { Self.top(of: WaitTimeline.Kind.allCases.count - 1) + Place.panel }

    private static func top(of panel: Int) -> Double { Place.top + Double(panel) * Place.distance }

    /// Writes the picture, in pieces.
    func write(to write: PictureBuffer.Write) throws(StandardOutput.Stop) {
        let notes = notes.flatMap { PictureText.wrapped(Self.sentence($0), to: Int(Place.side / Place.column)) + [""] }
        let notesTop = Place.top + Double(series.count + 3) * Place.lineHeight
        let height = max(bottom + 48, notesTop + Double(notes.count) * Place.noteHeight + Place.margin)
        let (width, tall) = (PictureText.coordinate(Place.width), PictureText.coordinate(height))
        var buffer = PictureBuffer()
        buffer.add("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(width)\" height=\"\(tall)\" ")
        buffer.add("viewBox=\"0 0 \(width) \(tall)\" role=\"img\">\n<title>\(title)</title>\n")
        buffer.add("<style>\n\(PictureStyle.shared)\n\(PictureStyle.groups)\n</style>\n\(SVGPicture.hatching)\n")
        buffer.add("<rect class=\"back\" width=\"100%\" height=\"100%\"/>\n")
        buffer.text(Place.margin, 38, "h", title)
        buffer.text(Place.margin, 62, "m", heading)
        for (index, kind) in WaitTimeline.Kind.allCases.enumerated() {
            addPanel(kind, top: Self.top(of: index), to: &buffer)
            try buffer.flushIfFull(to: write)
        }
        for tick in axis.ticks {
            buffer.text(Place.left + tick.position, bottom + 22, "m s mid", tick.text)
        }
        addLosses(to: &buffer)
        addTable(to: &buffer)
        for (number, line) in notes.enumerated() where !line.isEmpty {
            buffer.text(Place.sideLeft, notesTop + Double(number) * Place.noteHeight, "m s", line)
        }
        buffer.add("</svg>\n")
        try buffer.flush(to: write)
    }

    private var title: String {
        "Waits of \(timeline.scope == .process ? "processes" : "tasks") that ended, by \(timeline.grouping.rawValue)"
    }

    private var heading: String {
        guard timeline.start != nil else { return context.result }
        let clock = { (time: UInt64) in LocalClock.dateAndTime(seconds: time / 1_000_000_000) }
        return "\(clock(start)) to \(clock(end)) · \(PictureText.duration(end - start)) · \(context.result)"
    }

    private var notes: [String] {
        var notes = [
            "An area is the number that waited at a time, on average. A record has only the sums of a life, so each wait "
                + "is spread evenly over that life; what still runs is not included."
        ]
        notes += context.notes
        if !timeline.losses.isEmpty {
            notes.append(
                "Hatched: \(timeline.losses.prefix(3).map(\.text).joined(separator: "; "))")
        }
        let more = timeline.losses.count - min(3, timeline.losses.count) + timeline.furtherLosses
        if more > 0 {
            notes.append("Records are missing at \(PictureText.count(more, "other place", "other places")).")
        }
        return notes
    }

    /// Returns a note with a capital letter and a full stop.
    private static func sentence(_ note: String) -> String {
        note.prefix(1).uppercased() + note.dropFirst() + (note.hasSuffix(".") ? "" : ".")
    }

    // MARK: Panels

    /// Adds the areas of a kind of wait, and their scale.
    private func addPanel(_ kind: WaitTimeline.Kind, top: Double, to buffer: inout PictureBuffer) {
        let bottom = top + Place.panel
        buffer.text(Place.left, top - 12, "b", kind.title)
        for tick in axis.ticks {
            buffer.line("grid", Place.left + tick.position, top, Place.left + tick.position, bottom + 5)
        }
        let count = intervalCount
        var lower = [Double](repeating: 0, count: count)
        var layers: [(series: Series, lower: [Double], upper: [Double])] = []
        for series in series {
            let upper = zip(lower, series.layer[kind]).enumerated().map { $1.0 + $1.1 / length(of: $0) }
            layers.append((series, lower, upper))
            lower = upper
        }
        let highest = lower.max() ?? 0
        let scale = PictureScale(reaching: highest)
        let y = { (value: Double) in bottom - value / scale.top * Place.panel }
        for value in scale.ticks {
            buffer.line("grid", Place.left, y(value.number), Place.right, y(value.number))
            buffer.text(Place.left - 8, y(value.number) + 4, "m s r", value.text)
        }
        for layer in layers where layer.series.layer.total(kind) > 0 { addArea(layer, y, to: &buffer) }
        buffer.line("edge", Place.left, bottom, Place.right, bottom)
        if highest == 0 { buffer.text(Place.left + Place.chart / 2, top + Place.panel / 2, "m mid", "none") }
    }

    private func addArea(
        _ layer: (series: Series, lower: [Double], upper: [Double]), _ y: (Double) -> Double,
        to buffer: inout PictureBuffer
    ) {
        let x = { (number: Int) in
            PictureText.coordinate(
                Place.left + self.axis.position(self.start + UInt64(number) * self.timeline.interval))
        }
        func height(_ value: Double) -> String { PictureText.coordinate(y(value)) }
        buffer.add("<path class=\"\(layer.series.styleClass) layer\" d=\"M\(x(0)) \(height(layer.lower[0]))")
        for number in layer.upper.indices { buffer.add("V\(height(layer.upper[number]))H\(x(number + 1))") }
        for number in layer.lower.indices.reversed() { buffer.add("V\(height(layer.lower[number]))H\(x(number))") }
        buffer.add("z\"><title>")
        buffer.add(text: layer.series.name)
        buffer.add("</title></path>\n")
    }

    /// The number of intervals of the period.
    private var intervalCount: Int {
        min(WaitTimeline.intervals, Int((end - start + timeline.interval - 1) / timeline.interval))
    }

    /// Returns the length of an interval; the period can end within the last one.
    private func length(of number: Int) -> Double {
        let from = UInt64(number) * timeline.interval
        return Double(min(timeline.interval, max(1, end - start - from)))
    }

    private func addLosses(to buffer: inout PictureBuffer) {
        var last = -Double.infinity
        for loss in timeline.losses {
            let from = Place.left + axis.position(loss.from)
            let to = max(Place.left + axis.position(loss.to), from + 4)
            // Where losses overlap, the first one is enough.
            guard to > last + 1 else { continue }
            last = to
            buffer.add("<g class=\"gap\"><title>")
            buffer.add(text: loss.text)
            buffer.add("</title><rect fill=\"url(#hatch)\" x=\"\(PictureText.coordinate(from))\" ")
            buffer.add("y=\"\(PictureText.coordinate(Place.top))\" width=\"\(PictureText.coordinate(to - from))\" ")
            buffer.add("height=\"\(PictureText.coordinate(bottom - Place.top))\"/></g>\n")
        }
    }

    // MARK: The side

    /// Adds the table of groups with their colours and sums.
    private func addTable(to buffer: inout PictureBuffer) {
        let names = ["CPU", "block I/O", "memory"]
        buffer.text(Place.sideLeft, Place.top - 12, "b", timeline.grouping.rawValue)
        for (name, column) in zip(names, Place.columns) {
            buffer.text(Place.sideLeft + column, Place.top - 12, "b s r", name)
        }
        var y = Place.top + 10
        for series in series {
            buffer.rectangle(series.styleClass, Place.sideLeft, y - 10, 12, 12)
            buffer.text(Place.sideLeft + 18, y, "s", PictureText.cut(series.name, to: 22))
            addSums(series.layer, y, "s r", to: &buffer)
            y += Place.lineHeight
        }
        guard var all = series.first?.layer else { return }
        for series in series.dropFirst() { all += series.layer }
        buffer.text(Place.sideLeft + 18, y, "s b", "all")
        addSums(all, y, "s b r", to: &buffer)
    }

    private func addSums(_ layer: WaitTimeline.Layer, _ y: Double, _ style: String, to buffer: inout PictureBuffer) {
        for (kind, column) in zip(WaitTimeline.Kind.allCases, Place.columns) {
            let total = UInt64(min(layer.total(kind), 1e18))
            buffer.text(Place.sideLeft + column, y, style, PictureText.duration(total))
        }
    }
}

extension WaitTimeline.Kind {
    /// The heading of its panel.
    fileprivate var title: String {
        switch self {
        case .cpu: "Waiting for a CPU"
        case .blockIO: "Waiting for block I/O"
        case .memory: "Waiting for memory: swap-in, reclaim, thrashing, compaction, copy-on-write"
        }
    }
}
