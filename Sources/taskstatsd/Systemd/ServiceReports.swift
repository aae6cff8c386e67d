import TaskstatsModel

/// Decides which reports the service manager receives while the daemon runs, and when; it sends nothing itself.
///
/// A keep-alive is due at half of the watchdog timeout, and only an iteration of the loop sends it. A change of state
/// is reported at most once a second. Without a watchdog and without a change nothing is ever due, so an idle daemon
/// does not wake up.
struct ServiceReports {
    /// The state shown by `systemctl status`.
    struct State: Equatable {
        var clients = 0
        var cpus = CPUSet()

        var text: String {
            let cpus = cpus.isEmpty ? "no CPU" : "CPU \(cpus)"
            return "\(clients) client\(clients == 1 ? "" : "s"), \(cpus) registered"
        }
    }

    static let statePause: UInt64 = 1_000_000_000

    private let watchdogPause: UInt64?
    private var nextSign: UInt64?
    private var reported = State()
    private var reportedAt: UInt64
    private var hasUpdate = false

    /// Starts reporting; the state without clients has been reported.
    init(watchdogNanoseconds: UInt64?, now: UInt64) {
        watchdogPause = watchdogNanoseconds.map { $0 / 2 }
        nextSign = watchdogPause.map { now + $0 }
        reportedAt = now
    }

    /// When the next report is due, in monotonic nanoseconds; nil when there is none.
    var nextDue: UInt64? {
        let update = hasUpdate ? reportedAt + Self.statePause : nil
        return [nextSign, update].compactMap { $0 }.min()
    }

    /// Returns the reports to send after an iteration of the loop.
    mutating func iterated(_ state: State, now: UInt64) -> [String] {
        var messages: [String] = []
        if let due = nextSign, let pause = watchdogPause, due <= now {
            messages.append("WATCHDOG=1")
            nextSign = now + pause
        }
        hasUpdate = state != reported
        if hasUpdate, reportedAt + Self.statePause <= now {
            messages.append("STATUS=\(state.text)")
            (reported, reportedAt, hasUpdate) = (state, now, false)
        }
        return messages
    }
}
