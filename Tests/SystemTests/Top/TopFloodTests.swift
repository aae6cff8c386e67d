import Glibc
import LinuxSystem
import TaskstatsModel
import TaskstatsProtocol
import TestSupport
import Testing

extension SystemTests {
    /// tsctl top with a daemon that never reaches the end of its exits, as on a slow machine in a storm.
    @Suite(.timeLimit(.minutes(1))) struct TopFloodTests {
        private let daemon: FakeDaemon

        init() throws {
            daemon = try FakeDaemon(serving: [Self.answer, Self.flood])
        }

        /// Refuses every request with an unknown task.
        private static func answer(_ peer: FakePeer) throws {
            try peer.sendHello()
            while true { try peer.refuse(ProtocolError(.noSuchTask, "no such task")) }
        }

        /// Confirms the subscription; when it is renewed, exits come first without end, so that the answer never does.
        private static func flood(_ peer: FakePeer) throws {
            try peer.sendHello()
            try peer.grantSubscription()
            try peer.request()
            while true { try peer.send(bytes: exits) }
        }

        private static let exits: [UInt8] = {
            var lines = ByteBuffer(capacity: 65_536)
            for pid in 1...100 as ClosedRange<UInt32> {
                let record = SampleRecords.exit(pid: pid)
                RecordEncoder.appendExitLine(record, fields: .all, redacted: record.redacted, to: &lines)
            }
            return lines.array
        }()

        /// Starts top, and returns when it makes a request that is never answered.
        private func start(in terminal: TerminalUser) throws {
            try terminal.enter("exec \(ChildProcess.product("tsctl")) top --interval 0.3")
            try waitForSecondSubscription()
        }

        private func waitForSecondSubscription() throws {
            try wait(for: "top to subscribe again") { daemon.methods.count { $0 == "subscribe" } >= 2 }
        }

        private func terminal() throws -> TerminalUser {
            try TerminalUser(environment: ["TASKSTATS_SOCKET": daemon.path, "SWIFT_BACKTRACE": "enable=no"])
        }

        @Test func `keys are answered while the daemon sends without end, and q ends it`() throws {
            let terminal = try terminal()
            try start(in: terminal)
            try terminal.wait(for: "the note") { lines in lines.contains { $0.contains("sampling takes long, ") } }
            let begin = ContinuousClock.now
            try terminal.press("h")
            try terminal.wait(for: "help") { $0.first?.hasPrefix("Columns, in percent") == true }
            try terminal.press("h", "P")
            try terminal.wait(for: "another order") { lines in lines.contains { $0.contains(", by PID") } }
            try terminal.press("t")
            try terminal.wait(for: "threads") { lines in lines.contains { $0.hasPrefix("threads ") } }
            #expect(ContinuousClock.now - begin < .seconds(3))
            let top = try TopProcess(socket: daemon.path)
            try terminal.press("q")
            try top.expectEnd(within: .seconds(1))
        }

        @Test(arguments: [SIGTERM, SIGINT, SIGHUP])
        func `a signal ends it while the daemon sends without end`(signal: Int32) throws {
            let terminal = try terminal()
            try start(in: terminal)
            let top = try TopProcess(socket: daemon.path)
            _ = kill(top.pid, signal)
            try top.expectEnd(within: .seconds(1))
        }

        @Test func `it ends with its terminal while the daemon sends without end`() throws {
            let terminal = try terminal()
            try start(in: terminal)
            let top = try TopProcess(socket: daemon.path)
            terminal.vanish()
            try top.expectEnd(within: .seconds(1))
        }

        @Test func `a signal ends it even without a terminal`() throws {
            let run = try ChildProcess(
                ChildProcess.product("tsctl"), ["top", "--batch", "--interval", "0.3"],
                environment: ["TASKSTATS_SOCKET": daemon.path])
            try waitForSecondSubscription()
            let top = try TopProcess(socket: daemon.path)
            let begin = ContinuousClock.now
            _ = kill(top.pid, SIGTERM)
            _ = try run.finish()
            #expect(ContinuousClock.now - begin < .seconds(1))
        }
    }
}
