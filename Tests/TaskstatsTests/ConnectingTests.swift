import TaskstatsProtocol
import TestSupport
import Testing

@testable import Taskstats

/// The start of a connection.
@Suite(.timeLimit(.minutes(1))) struct ConnectingTests {
    private func failure(_ script: @escaping FakeDaemon.Script) throws -> TaskstatsError? {
        let daemon = try FakeDaemon(script)
        let error = #expect(throws: TaskstatsError.self) { try TaskstatsConnection.connect(path: daemon.path) }
        try daemon.finish()
        return error
    }

    @Test func `the handshake identifies the daemon and this program`() throws {
        let header = SampleRecording.header(access: .own, delayAccounting: false)
        let daemon = try ServedDaemon(SampleRecording.file([], header: header))
        let server = try TaskstatsConnection.connect(path: daemon.path).server
        #expect(server.server == "taskstatsd/0.1.0")
        #expect(server.kernelRelease == "6.18.44")
        #expect(server.possibleCPUs == CPUSet(0...3))
        #expect(server.onlineCPUs.description == "0-1")
        #expect(server.delayAccounting == false)
        #expect(server.access == .own)
        #expect(server.limits.queueBytes == 8_388_608)
    }

    @Test func `a handshake may arrive in pieces, with a carriage return, and with unknown keys`() throws {
        let daemon = try FakeDaemon { peer in
            let hello =
                #"{"extra":[{}],"params":{"protocol":"1.7","instance":"a","you":{"access":"all","color":"red"},"cpus":{"#
                + #""possible":"0-"}},"method":"hello"}"# + "\r\n"
            for byte in hello.utf8 { try peer.send(bytes: [byte]) }
        }
        let server = try TaskstatsConnection.connect(path: daemon.path).server
        #expect(server.protocolVersion == "1.7")
        #expect(server.access == .all)
        #expect(server.delayAccounting == nil)
        #expect(server.possibleCPUs.isEmpty)
    }

    @Test func `without a socket the daemon is not running`() {
        let error = #expect(throws: TaskstatsError.self) {
            try TaskstatsConnection.connect(path: "/nonexistent/socket")
        }
        #expect(error?.code == .notRunning)
        #expect(error?.errnoName == "ENOENT")
        #expect(error?.description.contains("/nonexistent/socket") == true)
    }

    @Test func `with a socket on which nothing listens the daemon is not running`() throws {
        let daemon = try ServedDaemon(tasks: 0)
        try daemon.kill()
        let error = #expect(throws: TaskstatsError.self) { try TaskstatsConnection.connect(path: daemon.path) }
        #expect(error?.code == .notRunning)
        #expect(error?.errnoName == "ECONNREFUSED")
    }

    @Test(arguments: ["", String(repeating: "x", count: 108), "a\0b"])
    func `a path that no socket can have is refused`(path: String) {
        let error = #expect(throws: TaskstatsError.self) { try TaskstatsConnection.connect(path: path) }
        #expect(error?.code == .systemError)
        #expect(error?.message == "cannot connect: the socket path must have 1 to 107 bytes and no NUL")
    }

    @Test func `access none is permission denied, with the daemon's reason`() throws {
        let daemon = try ServedDaemon(tasks: 0, "--refuse", "connect=PermissionDenied")
        let error = #expect(throws: TaskstatsError.self) { try TaskstatsConnection.connect(path: daemon.path) }
        #expect(error?.code == .permissionDenied)
        #expect(error?.message == "taskstatsd does not serve this user: refused on demand (--refuse)")
    }

    @Test func `another version of the protocol is a distinct error`() throws {
        let error = try failure { try $0.sendHello(protocolVersion: "2.0") }
        #expect(error?.code == .protocolViolation)
        #expect(error?.message.contains("version 2.0") == true)
    }

    @Test func `a daemon that is full replies with an error instead of the handshake`() throws {
        let error = try failure { peer in
            try peer.send(
                ServerLine.error(
                    nil,
                    ProtocolError(
                        .limitExceeded, "too many connections",
                        limit: .init("connections_per_uid", allowed: 32, used: 32))))
        }
        #expect(error?.code == .limitExceeded)
        #expect(error?.limit == .init(name: "connections_per_uid", allowed: 32, used: 32))
        let daemon = try ServedDaemon(tasks: 0, "--refuse", "connect=LimitExceeded")
        let closing = #expect(throws: TaskstatsError.self) { try TaskstatsConnection.connect(path: daemon.path) }
        #expect(closing?.code == .closedByDaemon)
    }

    @Test(arguments: ["SSH-2.0-OpenSSH_9.6\r\n", "{}}\n", "{\"method\":\"exit\",\"params\":{}}\n", "\0\n", "[]\n"])
    func `another server on the socket is a distinct error`(text: String) throws {
        #expect(try failure { try $0.send(text: text) }?.code == .protocolViolation)
    }

    @Test func `a line that is too long is detected before it ends`() throws {
        let error = try failure { peer in
            try? peer.send(bytes: [UInt8](repeating: 0x20, count: 200_000))
        }
        #expect(error?.code == .protocolViolation)
    }

    @Test(arguments: ["", "{\"jsonrpc\":"])
    func `a daemon that is gone before the handshake is an error`(text: String) throws {
        #expect(try failure { try $0.send(text: text) }?.code == .disconnected)
    }
}
