import Taskstats

/// A named value of a process, for viewers that show arguments.
struct TraceArgument {
    enum Value {
        case text(String)
        case number(UInt64)
        case truth(Bool)
    }

    let name: String
    let value: Value

    /// Returns the arguments of a span: what it ran, how it ended, what it used, and what it waited for.
    static func all(of span: TraceSpan, in timeline: TraceTimeline) -> [TraceArgument] {
        let details = span.details
        var arguments: [TraceArgument] = []
        func add(_ name: String, _ value: Value?) {
            if let value { arguments.append(TraceArgument(name: name, value: value)) }
        }
        add("pid", .number(UInt64(span.pid)))
        add("parent_pid", span.parent.map { .number(UInt64(timeline.spans[$0].pid)) })
        add("command_line", details.commandLine.map { .text($0) })
        add("exit", details.exit.map { .text(ExitText.sentence($0)) })
        add("cpu_ns_lower", details.cpuTime.map { .number($0.lowerNanoseconds) })
        add("cpu_ns_upper", details.cpuTime.map { .number($0.upperNanoseconds) })
        for wait in details.waits {
            add("\(wait.kind.rawValue)_delay_ns", .number(wait.nanoseconds))
            add("\(wait.kind.rawValue)_count", .number(wait.count))
        }
        add("peak_memory_kib", details.peakMemoryKiB.map { .number($0) })
        add("read_bytes", details.readBytes.map { .number($0) })
        add("written_bytes", details.writtenBytes.map { .number($0) })
        add("start", .text(details.startSource.rawValue))
        if details.hasThreads { add("threads", .truth(true)) }
        if span.isReparented { add("reparented", .truth(true)) }
        return arguments
    }
}

/// A number of processes over time, for viewers that show counters.
struct TraceCounter {
    private static let intervals = 1_000

    let name: String
    /// The value from each time on.
    let values: [(time: UInt64, value: Double)]

    /// Returns the counters of a timeline: running, and waiting.
    static func all(of timeline: TraceTimeline) -> [TraceCounter] {
        guard timeline.duration > 0 else { return [] }
        let concurrency = TraceConcurrency(timeline, intervals: intervals)
        let names: [(TraceShares.State, String)] = [
            (.onCPU, "running"), (.waitingForCPU, "waiting for a CPU"), (.blockIO, "waiting for block I/O"),
        ]
        return names.map { state, name in
            TraceCounter(
                name: name,
                values: concurrency[state].enumerated().map { (timeline.start + UInt64($0) * concurrency.interval, $1) }
                    + [(timeline.end, 0)])
        }
    }
}
