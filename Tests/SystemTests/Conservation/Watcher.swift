import Glibc
import TestSupport

/// A real program with a subscription that nobody reads from and that is killed.
final class Watcher {
    /// What had ended on each CPU when it was started.
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
