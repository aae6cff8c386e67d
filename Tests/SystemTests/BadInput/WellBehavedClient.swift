import Glibc
import TestSupport
import Testing

/// An ordinary client that runs while others misbehave, and measures its waiting times.
final class WellBehavedClient {
    private static let uid = 1
    private var child: ChildProcess?

    init(_ daemon: RunningDaemon) throws {
        var child = try Host.start(Script.command("well_behaved_client.py", daemon.socket, "\(Self.uid)"))
        try #require(try child.line() == "looking")
        self.child = consume child
    }

    deinit {
        guard let child = child.take() else { return }
        child.send(signal: SIGKILL)
        _ = try? child.finish()
    }

    /// Ends it, and checks that it received everything and never waited longer than a second.
    func finish() throws -> String {
        guard let child = child.take() else { preconditionFailure("a well-behaved client leaves once") }
        child.send(signal: SIGTERM)
        let result = try child.finish()
        #expect(result.status == 0, "\(result.errors)")
        let numbers = result.output.split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
        try #require(numbers.count == 2, "\(result)")
        let (times, milliseconds) = (numbers[0], numbers[1])
        let isInTime = Requested.isSanitized || milliseconds < 1_000
        #expect(times > 0 && isInTime, "an ordinary client waited for \(milliseconds) ms")
        return "an ordinary client was served \(Int(times)) times, within \(milliseconds) ms"
    }
}
