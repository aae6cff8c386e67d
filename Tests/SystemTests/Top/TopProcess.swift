import Glibc
import TestSupport
import Testing

/// The tsctl process that was started with a socket.
struct TopProcess {
    let pid: pid_t
    private let mark: String

    /// Finds it.
    init(socket: String) throws {
        mark = "TASKSTATS_SOCKET=\(socket)\0"
        let result = try Host.run(["pgrep", "-x", "tsctl"])
        for word in result.output.split(separator: "\n") {
            guard let pid = pid_t(word), let environment = try? Host.text("/proc/\(pid)/environ"),
                environment.contains(mark)
            else { continue }
            self.pid = pid
            return
        }
        throw TestFailure("there is no top")
    }

    /// Waits for its end, at most for this time.
    func expectEnd(within limit: Duration) throws {
        let end = ContinuousClock.now + limit
        while isThere {
            guard ContinuousClock.now < end else {
                Issue.record("top is still there after \(limit)")
                _ = kill(pid, SIGKILL)
                return
            }
            usleep(10_000)
        }
    }

    /// Whether it runs: a process that has ended has no environment any more, even before it is reaped.
    private var isThere: Bool { (try? Host.text("/proc/\(pid)/environ"))?.contains(mark) == true }
}
