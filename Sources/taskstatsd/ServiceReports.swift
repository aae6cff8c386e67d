import TaskstatsModel

/// What the service manager is told while the daemon runs, and when: decides, and sends nothing.
///
/// A sign of life is due at half of the manager's patience, and is given only by a turn of the loop. The state is told
/// when it has changed, at most once a second. Without a watchdog and without a change nothing is ever due, so an idle
/// daemon does not wake up.
struct ServiceReports {
    /// What `systemctl status` shows.
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
    private var told = State()
    private var toldAt: UInt64
    private var hasNews = false

    /// Reports from now on; the state without clients has been told.
    init(watchdogNanoseconds: UInt64?, now: UInt64) {
        watchdogPause = watchdogNanoseconds.map { $0 / 2 }
        nextSign = watchdogPause.map { now + $0 }
        toldAt = now
    }

    /// When something is to be told next, in monotonic nanoseconds; nil when nothing is.
    var nextDue: UInt64? {
        let news = hasNews ? toldAt + Self.statePause : nil
        return [nextSign, news].compactMap { $0 }.min()
    }

    /// The loop has turned: what to tell the manager now.
    mutating func turned(_ state: State, now: UInt64) -> [String] {
        var messages: [String] = []
        if let due = nextSign, let pause = watchdogPause, due <= now {
            messages.append("WATCHDOG=1")
            nextSign = now + pause
        }
        hasNews = state != told
        if hasNews, toldAt + Self.statePause <= now {
            messages.append("STATUS=\(state.text)")
            (told, toldAt, hasNews) = (state, now, false)
        }
        return messages
    }
}
