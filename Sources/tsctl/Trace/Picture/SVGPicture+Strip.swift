import CommandSupport

extension SVGPicture {
    private static let intervals = 480
    /// The states that the strip shows: those in which a process competes for something.
    static let stripStates: [TraceShares.State] = [.onCPU, .waitingForCPU, .blockIO, .memory]

    /// Adds how many processes ran and waited over time, as stacked areas.
    func addStrip(to buffer: inout PictureBuffer) {
        let concurrency = TraceConcurrency(timeline, intervals: Self.intervals)
        let count = concurrency.count
        var lower = [Double](repeating: 0, count: count)
        var layers: [(state: TraceShares.State, lower: [Double], upper: [Double])] = []
        for state in Self.stripStates {
            let upper = zip(lower, concurrency[state]).map { $0 + max(0, $1) }
            layers.append((state, lower, upper))
            lower = upper
        }
        let highest = max(lower.max() ?? 0, Double(timeline.cpus ?? 0) * 1.15, 1)
        let bottom = Place.stripTop + Place.stripHeight
        let y = { (value: Double) in PictureText.coordinate(bottom - value / highest * Place.stripHeight) }
        let x = { (number: Int) in
            PictureText.coordinate(Place.left + self.axis.position(UInt64(number) * concurrency.interval))
        }
        for layer in layers where layer.upper.max() ?? 0 > 0 {
            buffer.add("<path class=\"\(layer.state.styleClass)\" d=\"M\(x(0)) \(y(layer.lower.first ?? 0))")
            for number in 0..<count { buffer.add("V\(y(layer.upper[number]))H\(x(number + 1))") }
            for number in (0..<count).reversed() { buffer.add("V\(y(layer.lower[number]))H\(x(number))") }
            buffer.add("z\"/>\n")
        }
        buffer.line("edge", Place.left, bottom, Place.right, bottom)
        buffer.text(Place.margin, Place.stripTop + 12, "b", "Processes at a time")
        buffer.text(Place.margin, Place.stripTop + 30, "m s", "running and waiting; a state is")
        buffer.text(Place.margin, Place.stripTop + 45, "m s", "spread over its process's life")
        buffer.text(Place.left - 6, bottom + 4, "m s r", "0")
        buffer.text(Place.left - 6, Place.stripTop + 8, "m s r", DecimalText.fixed(highest, 1))
        if let cpus = timeline.cpus {
            let height = bottom - Double(cpus) / highest * Place.stripHeight
            buffer.line("cpus", Place.left, height, Place.right, height)
            buffer.text(Place.right - 4, height - 5, "s r", PictureText.count(cpus, "CPU", "CPUs"))
        }
    }

    /// Adds the gaps where records are lost: hatched bands across the strip and all rows.
    func addGaps(to buffer: inout PictureBuffer) {
        let width = 8.0
        for (index, gap) in gaps.gaps.enumerated() {
            let x = min(Place.left + axis.position(gap.time), Place.right - width)
            buffer.add("<g class=\"gap\"><title>")
            buffer.add(text: gap.text)
            buffer.add("</title>")
            buffer.add("<rect fill=\"url(#hatch)\" x=\"\(PictureText.coordinate(x))\" ")
            buffer.add("y=\"\(PictureText.coordinate(Place.stripTop))\" width=\"\(PictureText.coordinate(width))\" ")
            buffer.add("height=\"\(PictureText.coordinate(rowsBottom - Place.stripTop))\"/>\n")
            let y = Place.stripTop + 12 + Double(index % 4) * 16
            let isLeft = x > Place.left + Place.chart * 0.6
            let text = PictureText.cut(gap.text, to: 60)
            let room = Double(PrintableText.width(text)) * Self.column
            buffer.rectangle("plate", isLeft ? x - 6 - room : x + width + 2, y - 11, room + 4, 15)
            buffer.text(isLeft ? x - 4 : x + width + 4, y, isLeft ? "f s r" : "f s", text)
            buffer.add("</g>\n")
        }
    }
}
