import Glibc
import Testing

@testable import taskstatsd

@Suite struct ServiceEnvironmentTests {
    private static let pid: Int32 = 77

    private func parse(_ variables: [String: String]) throws -> ServiceEnvironment {
        try ServiceEnvironment(variables, pid: Self.pid)
    }

    @Test func `without a service manager the environment is empty`() throws {
        let environment = try parse([:])
        #expect(environment.sockets == 0)
        #expect(environment.notifySocket == nil)
        #expect(environment.watchdogNanoseconds == nil)
    }

    @Test func `variables for this process are used`() throws {
        let environment = try parse([
            "LISTEN_PID": "77", "LISTEN_FDS": "1", "LISTEN_FDNAMES": "taskstats.socket",
            "NOTIFY_SOCKET": "/run/systemd/notify", "WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "77",
        ])
        #expect(environment.sockets == 1)
        #expect(environment.notifySocket == "/run/systemd/notify")
        #expect(environment.watchdogNanoseconds == 30_000_000_000)
    }

    @Test func `sockets have the manager's names, including empty ones`() throws {
        let environment = try parse([
            "LISTEN_PID": "77", "LISTEN_FDS": "3", "LISTEN_FDNAMES": "taskstats.socket::cpu-1",
        ])
        #expect(environment.names == ["taskstats.socket", "", "cpu-1"])
        #expect(try parse(["LISTEN_PID": "77", "LISTEN_FDS": "1"]).names == [])
        #expect(try parse(["LISTEN_PID": "77", "LISTEN_FDS": "8193"]).sockets == 8_193)
    }

    @Test func `variables for another process are ignored`() throws {
        let environment = try parse([
            "LISTEN_PID": "78", "LISTEN_FDS": "1", "WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "78",
        ])
        #expect(environment.sockets == 0)
        #expect(environment.watchdogNanoseconds == nil)
        #expect(try parse(["LISTEN_FDS": "1"]).sockets == 0)
    }

    @Test func `a watchdog without a pid applies to any process, and a socket may be an abstract name`() throws {
        #expect(try parse(["WATCHDOG_USEC": "1"]).watchdogNanoseconds == 1_000)
        #expect(try parse(["NOTIFY_SOCKET": "@name"]).notifySocket == "@name")
    }

    @Test(arguments: [
        (["LISTEN_PID": "seven", "LISTEN_FDS": "1"], "LISTEN_PID"),
        (["LISTEN_PID": "77"], "LISTEN_FDS"),
        (["LISTEN_PID": "77", "LISTEN_FDS": "-1"], "LISTEN_FDS"),
        (["LISTEN_PID": "77", "LISTEN_FDS": "2147483648"], "LISTEN_FDS"),
        (["LISTEN_PID": "77", "LISTEN_FDS": "2", "LISTEN_FDNAMES": "a"], "LISTEN_FDNAMES"),
        (["LISTEN_PID": "77", "LISTEN_FDS": "1", "LISTEN_FDNAMES": "a:b"], "LISTEN_FDNAMES"),
        (["NOTIFY_SOCKET": ""], "NOTIFY_SOCKET"),
        (["NOTIFY_SOCKET": "relative"], "NOTIFY_SOCKET"),
        (["NOTIFY_SOCKET": "@"], "NOTIFY_SOCKET"),
        (["NOTIFY_SOCKET": "vsock:2:1234"], "NOTIFY_SOCKET"),
        (["WATCHDOG_USEC": "soon"], "WATCHDOG_USEC"),
        (["WATCHDOG_USEC": "0"], "WATCHDOG_USEC"),
        (["WATCHDOG_USEC": "18446744073709551615"], "WATCHDOG_USEC"),
        (["WATCHDOG_USEC": "5", "WATCHDOG_PID": "x"], "WATCHDOG_PID"),
    ])
    func `an invalid value is an error with the name of the variable`(variables: [String: String], culprit: String)
        throws
    {
        let error = try #require(throws: ServiceEnvironment.Malformed.self) { try parse(variables) }
        #expect(error.variable == culprit)
    }
}
