import Taskstats
import TaskstatsProtocol

/// A timeline in the JSON array format of Chrome's trace events, which Perfetto and other viewers read.
enum ChromeTrace {
    /// Writes the trace piece by piece.
    static func write(
        _ timeline: TraceTimeline, to write: (ArraySlice<UInt8>) throws(StandardOutput.Stop) -> Void
    ) throws(StandardOutput.Stop) {
        var piece = Array(#"{"displayTimeUnit":"ms","traceEvents":["#.utf8)
        var isFirst = true
        func add(_ event: (inout JSONWriter) -> Void) throws(StandardOutput.Stop) {
            if !isFirst { piece.append(UInt8(ascii: ",")) }
            isFirst = false
            piece.append(UInt8(ascii: "\n"))
            var writer = JSONWriter(capacity: 1_024)
            writer.object(event)
            piece += writer.finish().array
            guard piece.count >= TraceFormat.pieceBytes else { return }
            try write(piece[...])
            piece.removeAll(keepingCapacity: true)
        }
        for span in timeline.spans {
            // Each process is a process of the trace, with one thread.
            try add { writer in
                writer.field("ph", "M")
                writer.field("name", "process_name")
                writer.field("pid", span.pid)
                writer.key("args")
                writer.object { $0.field("name", span.text) }
            }
            try add { writer in
                writer.field("ph", "X")
                writer.field("name", span.name)
                writer.field("cat", span.isFailure ? "process,failed" : "process")
                writer.field("pid", span.pid)
                writer.field("tid", span.pid)
                writer.key("ts")
                writer.microseconds(span.start)
                writer.key("dur")
                writer.microseconds(span.duration)
                writer.key("args")
                writer.object { writer in
                    for argument in TraceArgument.all(of: span, in: timeline) {
                        switch argument.value {
                        case .text(let text): writer.field(argument.name, text)
                        case .number(let number): writer.field(argument.name, number)
                        case .truth(let truth): writer.field(argument.name, truth)
                        }
                    }
                }
            }
        }
        for counter in TraceCounter.all(of: timeline) {
            for (time, value) in counter.values {
                try add { writer in
                    writer.field("ph", "C")
                    writer.field("name", counter.name)
                    writer.field("pid", 0)
                    writer.key("ts")
                    writer.microseconds(time)
                    writer.key("args")
                    writer.object { writer in
                        writer.key("processes")
                        writer.value { $0.append(text: DecimalText.fixed(value, 3)) }
                    }
                }
            }
        }
        for loss in timeline.losses {
            try add { writer in
                writer.field("ph", "i")
                writer.field("s", "g")
                writer.field("name", loss.text)
                writer.field("cat", "lost")
                writer.field("pid", 0)
                writer.field("tid", 0)
                writer.key("ts")
                writer.microseconds(loss.time)
            }
        }
        piece += Array("\n]}\n".utf8)
        try write(piece[...])
    }
}

extension JSONWriter {
    /// Writes a time in nanoseconds as microseconds.
    fileprivate mutating func microseconds(_ nanoseconds: UInt64) {
        value { $0.append(text: "\(nanoseconds / 1_000).\(String(1_000 + nanoseconds % 1_000).dropFirst())") }
    }
}
