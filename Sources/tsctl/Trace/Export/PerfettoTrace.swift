import Taskstats

/// A timeline as a Perfetto trace of TrackEvent packets: a track for each process, below that of its parent, with one
/// slice for its life; counters of what ran and waited; and instants where records were lost.
///
/// The numbers are those of the fields in perfetto_trace.proto.
enum PerfettoTrace {
    private enum Packet {
        static let field: UInt32 = 1
        static let timestamp: UInt32 = 8
        static let sequence: UInt32 = 10
        static let trackEvent: UInt32 = 11
        static let trackDescriptor: UInt32 = 60
    }

    private enum Track {
        static let uuid: UInt32 = 1
        static let name: UInt32 = 2
        static let parent: UInt32 = 5
        static let counter: UInt32 = 8
    }

    private enum Event {
        static let annotation: UInt32 = 4
        static let type: UInt32 = 9
        static let track: UInt32 = 11
        static let category: UInt32 = 22
        static let name: UInt32 = 23
        static let counterValue: UInt32 = 44
    }

    private enum EventType: UInt64 {
        case begin = 1
        case end = 2
        case instant = 3
        case counter = 4
    }

    private enum Annotation {
        static let truth: UInt32 = 2
        static let number: UInt32 = 3
        static let text: UInt32 = 6
        static let name: UInt32 = 10
    }

    private static let sequence: UInt64 = 1
    /// The tracks of processes follow these.
    private static let firstProcessTrack: UInt64 = 16
    private static let lossTrack: UInt64 = 15

    /// Writes the trace piece by piece.
    static func write(
        _ timeline: TraceTimeline, to write: (ArraySlice<UInt8>) throws(StandardOutput.Stop) -> Void
    ) throws(StandardOutput.Stop) {
        var trace = ProtobufWriter()
        func flush(atLeast bytes: Int) throws(StandardOutput.Stop) {
            guard trace.bytes.count >= bytes else { return }
            try write(trace.bytes[...])
            trace.removeAll()
        }
        for (index, counter) in TraceCounter.all(of: timeline).enumerated() {
            describe(UInt64(index + 1), counter.name, isCounter: true, in: &trace)
            for (time, value) in counter.values {
                event(.counter, at: time, on: UInt64(index + 1), in: &trace) { $0.double(Event.counterValue, value) }
            }
            try flush(atLeast: TraceFormat.pieceBytes)
        }
        if !timeline.losses.isEmpty { describe(lossTrack, "lost records", in: &trace) }
        for loss in timeline.losses {
            event(.instant, at: loss.time, on: lossTrack, in: &trace) { $0.string(Event.name, loss.text) }
        }
        for (index, span) in timeline.spans.enumerated() {
            let track = firstProcessTrack + UInt64(index)
            describe(
                track, "\(span.name) \(span.pid)", below: span.parent.map { firstProcessTrack + UInt64($0) }, in: &trace
            )
            event(.begin, at: span.start, on: track, in: &trace) { event in
                event.string(Event.name, span.name)
                event.string(Event.category, span.isFailure ? "failed" : "process")
                for argument in TraceArgument.all(of: span, in: timeline) { annotate(argument, in: &event) }
            }
            event(.end, at: span.end, on: track, in: &trace) { _ in }
            try flush(atLeast: TraceFormat.pieceBytes)
        }
        try flush(atLeast: 1)
    }

    private static func describe(
        _ track: UInt64, _ name: String, below parent: UInt64? = nil, isCounter: Bool = false,
        in trace: inout ProtobufWriter
    ) {
        trace.message(Packet.field) { packet in
            packet.integer(Packet.sequence, sequence)
            packet.message(Packet.trackDescriptor) { descriptor in
                descriptor.integer(Track.uuid, track)
                descriptor.string(Track.name, name)
                if let parent { descriptor.integer(Track.parent, parent) }
                if isCounter { descriptor.message(Track.counter) { _ in } }
            }
        }
    }

    private static func event(
        _ type: EventType, at time: UInt64, on track: UInt64, in trace: inout ProtobufWriter,
        _ body: (inout ProtobufWriter) -> Void
    ) {
        trace.message(Packet.field) { packet in
            packet.integer(Packet.timestamp, time)
            packet.integer(Packet.sequence, sequence)
            packet.message(Packet.trackEvent) { event in
                event.integer(Event.type, type.rawValue)
                event.integer(Event.track, track)
                body(&event)
            }
        }
    }

    private static func annotate(_ argument: TraceArgument, in event: inout ProtobufWriter) {
        event.message(Event.annotation) { annotation in
            annotation.string(Annotation.name, argument.name)
            switch argument.value {
            case .text(let text): annotation.string(Annotation.text, text)
            case .number(let number): annotation.integer(Annotation.number, number)
            case .truth(let truth): annotation.integer(Annotation.truth, truth ? 1 : 0)
            }
        }
    }
}
