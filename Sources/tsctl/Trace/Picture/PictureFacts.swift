import Taskstats

/// What a picture says about a row, in words.
enum PictureFacts {
    private static let commandLineColumns = 300

    /// Returns the command line without the directory of the program.
    static func text(_ span: TraceSpan) -> String {
        let text = span.text
        guard text.hasPrefix("/"), let end = text.firstIndex(of: " ") ?? text.indices.last else { return text }
        return text[..<end].lastIndex(of: "/").map { String(text[text.index(after: $0)...]) } ?? text
    }

    /// Returns the text for the bar: what must be readable, and more for where there is room.
    static func label(_ row: PictureRow, _ timeline: TraceTimeline) -> (short: String, more: String) {
        let duration = PictureText.duration(row.lifetime)
        let reparented = row.isReparented ? " · reparented" : ""
        guard !row.isFold, let place = row.spans.first else {
            let failures = row.failures == 0 ? "" : ", \(PictureText.count(row.failures)) failed"
            return ("\(row.title), \(duration)\(failures)\(reparented)", "")
        }
        let span = timeline.spans[place]
        let exit = span.isFailure ? span.details.exit.map { ", \(ExitText.sentence($0))" } ?? "" : ""
        let more = span.details.commandLine == nil ? "" : PictureText.cut(text(span), to: 160)
        return ("\(row.name), \(duration)\(exit)\(reparented)", more)
    }

    /// Returns all that is known, as lines.
    static func lines(_ row: PictureRow, _ timeline: TraceTimeline) -> [String] {
        guard let first = row.spans.first.map({ timeline.spans[$0] }) else { return [] }
        var lines: [String] = []
        if row.isFold {
            lines.append("\(row.title), \(PictureText.duration(row.lifetime)) in total")
            lines.append("between \(interval(row.start, row.end, timeline.start))")
            if row.failures > 0 { lines.append("\(PictureText.count(row.failures)) failed") }
        } else {
            lines.append(PictureText.cut(first.text, to: commandLineColumns))
            lines.append(
                "pid \(first.pid), \(PictureText.duration(first.duration)): "
                    + interval(row.start, row.end, timeline.start))
            if let exit = first.details.exit { lines.append(ExitText.sentence(exit)) }
        }
        if row.isReparented { lines.append("reparented: the process that started it ended first") }
        lines += PictureUsage(row.spans, of: timeline).lines.map { "\($0.name): \($0.value)" }
        return lines
    }

    private static func interval(_ start: UInt64, _ end: UInt64, _ origin: UInt64) -> String {
        let text = { (time: UInt64) in PictureText.duration(time > origin ? time - origin : 0) }
        return "\(text(start)) and \(text(end)) after the start"
    }
}
