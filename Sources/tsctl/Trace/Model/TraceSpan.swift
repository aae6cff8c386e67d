import CommandSupport
import Taskstats

/// A process in a timeline, from its start to its end.
struct TraceSpan {
    /// How the start became known.
    enum StartSource: String {
        /// The daemon observed the fork.
        case observed
        /// The end less the elapsed time, in microseconds.
        case elapsed
    }

    let pid: UInt32
    /// The place of its parent in the timeline; nil at the top.
    let parent: Int?
    /// The number of its ancestors in the timeline.
    let depth: Int
    /// The times in nanoseconds since 1970; a child never starts before its parent.
    let start: UInt64
    let end: UInt64
    let details: Details

    /// What is known of the process itself.
    struct Details {
        /// The command name, as bytes; a process chooses its own.
        let command: [UInt8]
        /// The command line, or nil if it is unknown; as the process wrote it.
        let commandLine: String?
        let exit: ExitStatus?
        let cpuTime: CPUTime?
        /// The time and the number of waits by kind.
        let waits: [TraceWait]
        /// Whether the times are the sums of several threads.
        let hasThreads: Bool
        let peakMemoryKiB: UInt64?
        let readBytes: UInt64?
        let writtenBytes: UInt64?
        let startSource: StartSource
        /// Whether the parent at its end was another one than that which started it, because that ended first.
        let isReparented: Bool
    }

    var isReparented: Bool { details.isReparented }

    var duration: UInt64 { end > start ? end - start : 0 }

    /// Whether it ended with a nonzero code or by a signal.
    var isFailure: Bool { details.exit?.isSuccess == false }

    /// The name for people: the file name of the program, or the command name.
    var name: String { PrintableText.of(name: details.command) }

    /// The command line for people, or the name in brackets.
    var text: String { details.commandLine.map(PrintableText.of) ?? "[\(name)]" }
}

/// The waits of one kind.
struct TraceWait {
    let kind: WaitKind
    let nanoseconds: UInt64
    let count: UInt64
}

extension CPUTime {
    /// The middle of the bounds.
    var middleNanoseconds: UInt64 { lowerNanoseconds + widthNanoseconds / 2 }
}

/// The shares of a process's life, by the state that it was in; they add up to 1.
struct TraceShares {
    /// The states, in the order in which they are drawn.
    enum State: String, CaseIterable {
        case onCPU, waitingForCPU, blockIO, memory, other
    }

    private let values: [Double]

    /// Creates the shares of a span; the times of several threads are scaled to its duration if they exceed it.
    init(_ span: TraceSpan) {
        let waits = span.details.waits.reduce(into: [WaitKind: UInt64]()) { $0[$1.kind] = $1.nanoseconds }
        let cpu = span.details.cpuTime?.middleNanoseconds ?? 0
        let memory = [WaitKind.swapin, .freepages, .thrashing, .compact, .wpcopy].reduce(UInt64(0)) {
            $0 &+ (waits[$1] ?? 0)
        }
        let times = [cpu, waits[.cpu] ?? 0, waits[.blkio] ?? 0, memory].map { Double($0) }
        let whole = max(Double(span.duration), times.reduce(0, +), 1)
        let shares = times.map { $0 / whole }
        values = shares + [max(0, 1 - shares.reduce(0, +))]
    }

    subscript(state: State) -> Double { values[State.allCases.firstIndex(of: state) ?? 0] }
}
