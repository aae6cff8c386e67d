import Taskstats

/// The data of a page, as JSON: times are nanoseconds since the start of the timeline.
struct PictureData {
    private let timeline: TraceTimeline
    private let rows: PictureRows
    private let path: PictureCriticalPath
    private var start: UInt64 { timeline.start }

    /// The maximum number of bytes of all command lines together.
    private static let commandLineBudget = 1_400_000
    private static let intervals = 1_000

    init(_ timeline: TraceTimeline, _ rows: PictureRows, _ path: PictureCriticalPath) {
        self.timeline = timeline
        self.rows = rows
        self.path = path
    }

    /// Writes the data, in pieces.
    func write(_ buffer: inout PictureBuffer, to write: PictureBuffer.Write) throws(StandardOutput.Stop) {
        let duration = timeline.duration
        buffer.add("{\"duration\":\(duration),\"cpus\":\(timeline.cpus ?? 0),\"kinds\":[")
        for (index, kind) in WaitKind.allCases.enumerated() {
            buffer.add(index == 0 ? "" : ",")
            buffer.add(json: kind.title)
        }
        addStrip(to: &buffer)
        buffer.add("],\"gaps\":[")
        for (index, gap) in PictureGaps(timeline, distance: duration / 200).gaps.enumerated() {
            buffer.add(index == 0 ? "[\(gap.time)," : ",[\(gap.time),")
            buffer.add(json: gap.text)
            buffer.add("]")
        }
        buffer.add("],\"path\":[")
        for (index, part) in path.parts.enumerated() {
            buffer.add("\(index == 0 ? "" : ",")[\(part.row),\(part.start - start),\(part.end - start)]")
        }
        buffer.add("],\"nodes\":[")
        let columns = commandLineBytes
        for (index, row) in rows.rows.enumerated() {
            buffer.add(index == 0 ? "\n{" : ",\n{")
            add(row, columns, to: &buffer)
            buffer.add("}")
            try buffer.flushIfFull(to: write)
        }
        buffer.add("]}")
    }

    private func addStrip(to buffer: inout PictureBuffer) {
        let concurrency = TraceConcurrency(timeline, intervals: Self.intervals)
        buffer.add("],\"interval\":\(concurrency.interval),\"strip\":[")
        for (index, state) in SVGPicture.stripStates.enumerated() {
            let values = concurrency[state].map { "\(max(0, Int(($0 * 100).rounded())))" }
            buffer.add("\(index == 0 ? "" : ",")[\(values.joined(separator: ","))]")
        }
    }

    private func add(_ row: PictureRow, _ commandLineBytes: Int, to buffer: inout PictureBuffer) {
        let shares = row.shares.prefix(4).map { "\(Int(($0 * 1_000).rounded()))" }.joined(separator: ",")
        buffer.add(
            "\"p\":\(row.parent ?? -1),\"s\":\(row.start - start),\"e\":\(row.end - start),\"h\":[\(shares)],\"k\":")
        buffer.add(json: row.name)
        if row.failures > 0 { buffer.add(",\"f\":\(row.failures)") }
        if row.isReparented { buffer.add(",\"r\":1") }
        if row.isFold {
            let pieces = row.pieces.flatMap { ["\($0.lowerBound - start)", "\($0.upperBound - start)"] }
            buffer.add(",\"n\":\(row.spans.count),\"l\":\(row.lifetime),\"q\":[\(pieces.joined(separator: ","))]")
        } else if let span = row.spans.first.map({ timeline.spans[$0] }) {
            buffer.add(",\"i\":\(span.pid)")
            if span.isFailure, let exit = span.details.exit { buffer.add(",\"x\":\"\(ExitText.sentence(exit))\"") }
            if span.details.startSource == .elapsed { buffer.add(",\"d\":1") }
            if span.details.commandLine != nil {
                buffer.add(",\"t\":")
                buffer.add(json: Self.cut(span.text, to: commandLineBytes))
            }
        }
        let usage = PictureUsage(row.spans, of: timeline)
        if let time = usage.cpuTime { buffer.add(",\"c\":[\(time.lowerNanoseconds),\(time.upperNanoseconds)]") }
        if !usage.waits.isEmpty {
            let waits = usage.waits.map {
                "\(WaitKind.allCases.firstIndex(of: $0.kind) ?? 0),\($0.nanoseconds),\($0.count)"
            }
            buffer.add(",\"w\":[\(waits.joined(separator: ","))]")
        }
        if let peak = usage.peakMemoryKiB { buffer.add(",\"m\":\(peak)") }
        if let bytes = usage.readBytes, bytes > 0 { buffer.add(",\"R\":\(bytes)") }
        if let bytes = usage.writtenBytes, bytes > 0 { buffer.add(",\"W\":\(bytes)") }
    }

    /// The length to which command lines are cut, so that all of them fit.
    private var commandLineBytes: Int {
        let lengths = rows.rows.filter { !$0.isFold }.compactMap { $0.spans.first }.map { place in
            timeline.spans[place].details.commandLine.map { Self.encodedLength($0) } ?? 0
        }
        return [16_384, 4_096, 2_048, 1_024, 512, 256, 128].first { limit in
            lengths.reduce(0) { $0 + min($1, limit) } <= Self.commandLineBudget
        } ?? 64
    }

    private static func encodedLength(_ text: String) -> Int { text.utf8.reduce(0) { $0 + encodedLength($1) } }

    private static func encodedLength(_ byte: UInt8) -> Int {
        switch byte {
        case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"): 6
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): 2
        default: 1
        }
    }

    private static func cut(_ text: String, to bytes: Int) -> String {
        var (length, end) = (0, text.startIndex)
        for scalar in text.unicodeScalars {
            length += UTF8.width(scalar) == 1 ? encodedLength(UInt8(scalar.value)) : UTF8.width(scalar)
            if length > bytes { return text[..<end] + "…" }
            end = text.unicodeScalars.index(after: end)
        }
        return text
    }
}
