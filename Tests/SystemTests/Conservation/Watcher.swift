import Glibc
import TestSupport

/// A real program with an unread subscription, which is killed.
final class Watcher {
    /// The number of ended tasks on each CPU when it was started.
    let positions: [Int]
    private var child: ChildProcess?

    init(_ daemon: RunningDaemon, positions: [Int]) throws {
        self.positions = positions
        child = try Host.start([try ChildProcess.product("tsctl"), "watch", "--json", "--socket", daemon.socket])
    }

    deinit { try? kill() }

    func kill() throws {
        guard let child = child.take() else { return }
        child.send(signal: SIGKILL)
        _ = try child.finish()
    }
}
