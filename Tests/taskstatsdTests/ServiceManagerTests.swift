import Glibc
import TestSupport
import Testing

@testable import taskstatsd

@Suite struct ServiceManagerTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    @Test(arguments: [true, false])
    func `reports arrive over a path and over an abstract name`(isPath: Bool) throws {
        let path = directory.file("notify")
        let name = isPath ? path : "@\(path)"
        let socket = try NotificationSocket(path: name)
        let manager = try ServiceManager(path: name, watchdogNanoseconds: nil)
        try manager.ready()
        manager.stopping()
        #expect(
            try socket.said() == [
                "READY=1\nSTATUS=0 clients, no CPU registered", "STOPPING=1\nSTATUS=taskstatsd is stopping",
            ])
    }

    @Test func `the manager is asked to keep a socket under a name without polling it, and to close it`() throws {
        let path = directory.file("notify")
        let socket = try NotificationSocket(path: path)
        let manager = try ServiceManager(path: path, watchdogNanoseconds: nil)
        manager.keep(0, as: "cpu-3")
        manager.forget("cpu-3")
        #expect(
            try socket.said() == ["FDSTORE=1\nFDNAME=cpu-3\nFDPOLL=0", "FDSTOREREMOVE=1\nFDNAME=cpu-3"])
        #expect(manager.nextDue == nil)
    }

    @Test func `messages that do not fit are sent when the manager has caught up`() throws {
        let path = directory.file("notify")
        let socket = try NotificationSocket(path: path)
        let manager = try ServiceManager(path: path, watchdogNanoseconds: nil)
        let moreThanItHolds = 30
        for cpu in 0..<moreThanItHolds { manager.keep(0, as: "cpu-\(cpu)") }
        #expect(manager.nextDue != nil)
        var said: [String] = []
        while manager.nextDue != nil {
            said += try socket.said()
            manager.loopTurned(ServiceReports.State())
        }
        said += try socket.said()
        #expect(said == (0..<moreThanItHolds).map { "FDSTORE=1\nFDNAME=cpu-\($0)\nFDPOLL=0" })
    }

    @Test func `an unreachable manager is an error with its path`() throws {
        let path = directory.file("nobody")
        let error = try #require(throws: ServiceManager.Unreachable.self) {
            _ = try ServiceManager(path: path, watchdogNanoseconds: nil)
        }
        #expect(error.description.contains("NOTIFY_SOCKET=\(path)"))
        #expect(error.description.contains("ENOENT"))
    }

    @Test func `a manager that does not read never blocks the daemon`() throws {
        let path = directory.file("notify")
        let socket = try NotificationSocket(path: path)
        let manager = try ServiceManager(path: path, watchdogNanoseconds: 2)
        try manager.ready()
        let moreThanItHolds = 10_000
        for _ in 0..<moreThanItHolds { manager.loopTurned(ServiceReports.State()) }
        let said = try socket.said()
        #expect(said.count < moreThanItHolds)
        #expect(Set(said.dropFirst()) == ["WATCHDOG=1"])
    }
}
