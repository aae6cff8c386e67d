import Glibc
import TestSupport
import Testing

/// A program that sends mutated lines and checks the answers.
final class Attacker {
    private let uid: UInt32
    private var child: ChildProcess?

    init(_ daemon: RunningDaemon, uid: UInt32, seed: Int, lines: Int) throws {
        self.uid = uid
        child = try Host.start(Script.command("mutants.py", daemon.socket, "\(uid)", "\(seed)", "\(lines)"))
    }

    deinit {
        guard let child = child.take() else { return }
        child.send(signal: SIGKILL)
        _ = try? child.finish()
    }

    /// Whether it has more to send; it prints nothing before its end.
    var isAlive: Bool {
        guard let output = child?.outputDescriptor else { return false }
        var entry = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&entry, 1, 0) == 0
    }

    /// Waits for its end, and returns its output.
    func finish() throws -> String {
        guard let child = child.take() else { preconditionFailure("an attacker ends once") }
        let result = try child.finish()
        #expect(result.status == 0, "uid \(uid): \(result.errors)")
        let words = result.output.split(separator: "\n").joined(separator: " connections, ")
        return "uid \(uid): lines and connections \(words)"
    }
}
