import Glibc
import TaskstatsProtocol
import TestSupport
import Testing

@testable import tsctl

/// What `--debug` prints.
@Suite(.timeLimit(.minutes(1))) struct WireLogTests {
    @Test func `a line has its time, its mark, and its length when it is cut`() {
        #expect(WireLog.text(">", Array("{}".utf8), at: .microseconds(1_500)) == "   0.001500 > {}")
        #expect(WireLog.text("<", Array("a\u{1b}[2J".utf8), at: .seconds(12_345)) == "12345.000000 < a\\x1b[2J")
        let long = WireLog.text("<", [UInt8](repeating: UInt8(ascii: "x"), count: 1_025), at: .zero)
        #expect(long.hasSuffix("xxx... (1025 bytes)"))
        #expect(!WireLog.text("<", [UInt8](repeating: UInt8(ascii: "x"), count: 1_024), at: .zero).contains("bytes"))
    }

    /// A command with both of its outputs as one, without times.
    private func together(_ arguments: [String], daemon: FakeDaemon) throws -> [String] {
        let run = try ChildProcess(
            "/bin/sh", ["-c", #"exec "$@" 2>&1"#, "sh", try ChildProcess.product("tsctl")] + arguments,
            environment: ["TASKSTATS_SOCKET": daemon.path]
        ).finish()
        return run.output.split(separator: "\n").map { line in
            let marks = ["* ", "> ", "< "].compactMap { line.firstRange(of: " \($0)")?.lowerBound }
            return String(marks.min().map { line[$0...].dropFirst() } ?? line)
        }
    }

    @Test func `every line from the handshake on is shown, in sendCommand`() throws {
        let daemon = try FakeDaemon { peer in
            try peer.sendHello()
            try peer.answer(#"{"pid":812,"stats":{"nvcsw":1}}"#)
        }
        let lines = try together(["get", "--pid", "812", "--fields", "nvcsw", "--json", "--debug"], daemon: daemon)
        try #require(lines.count == 5)
        #expect(lines[0] == "* connecting to \(daemon.path)")
        #expect(lines[1].hasPrefix(#"< {"jsonrpc":"2.0","method":"hello","#))
        #expect(lines[2] == #"> {"jsonrpc":"2.0","id":1,"method":"get","params":{"pid":812,"fields":["nvcsw"]}}"#)
        #expect(lines[3] == #"< {"jsonrpc":"2.0","id":1,"result":{"pid":812,"stats":{"nvcsw":1}}}"#)
        #expect(lines[4] == #"{"pid":812,"stats":{"nvcsw":1}}"#)
    }

    @Test func `each exit of a burst is shown before its row, and after the row before it`() throws {
        let daemon = try FakeDaemon { peer in
            try peer.sendHello()
            try peer.grantSubscription()
            let exit = { (pid: Int) in #"{"jsonrpc":"2.0","method":"exit","params":{"pid":\#(pid)}}"# + "\n" }
            try peer.send(text: (1...3).map(exit).joined())
        }
        let lines = try together(["watch", "--json", "--count", "3", "--debug"], daemon: daemon)
        #expect(
            lines.suffix(6)
                == (1...3).flatMap {
                    [#"< {"jsonrpc":"2.0","method":"exit","params":{"pid":\#($0)}}"#, #"{"pid":\#($0)}"#]
                })
    }

    @Test func `without it nothing is printed`() throws {
        let daemon = try FakeDaemon { peer in
            try peer.sendHello()
            try peer.answer(#"{"pid":812,"stats":{"nvcsw":1}}"#)
        }
        #expect(
            try together(["get", "--pid", "812", "--json"], daemon: daemon) == [#"{"pid":812,"stats":{"nvcsw":1}}"#])
    }
}
