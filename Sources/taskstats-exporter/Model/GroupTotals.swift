import Taskstats

/// Everything that is reported about one group.
struct GroupTotals: Equatable {
    /// The sums over tasks, ended and living.
    var sums = CounterSums()
    /// The run time that the last records of tasks can lack at most, in nanoseconds.
    var uncountedNanoseconds: UInt64 = 0
    /// The number of processes that ended with code 0, and with another one.
    private(set) var succeeded: UInt64 = 0
    private(set) var failed: UInt64 = 0
    /// The number of processes that each signal ended.
    private(set) var signals: [UInt8: UInt64] = [:]
    /// The lifetimes of processes that ended, and how long each waited for a CPU.
    private(set) var lifetimes = TimeHistogram()
    private(set) var cpuWaits = TimeHistogram()

    /// Adds a process that ended.
    mutating func add(_ status: ExitStatus?, lifetime: UInt64?, cpuWait: UInt64?) {
        switch status {
        case .signal(let number, _): signals[number, default: 0] &+= 1
        case .code(0), nil: succeeded &+= 1
        default: failed &+= 1
        }
        if let lifetime { lifetimes.add(lifetime) }
        if let cpuWait { cpuWaits.add(cpuWait) }
    }

    /// The number of processes that ended.
    var exits: UInt64 { signals.values.reduce(succeeded &+ failed, &+) }

    static func += (left: inout GroupTotals, right: GroupTotals) {
        left.sums += right.sums
        left.uncountedNanoseconds &+= right.uncountedNanoseconds
        left.succeeded &+= right.succeeded
        left.failed &+= right.failed
        for (signal, count) in right.signals { left.signals[signal, default: 0] &+= count }
        left.lifetimes += right.lifetimes
        left.cpuWaits += right.cpuWaits
    }
}
