import Glibc
import TestSupport
import Testing

@testable import taskstatsd

@Suite("ServiceManager")
struct ServiceManagerTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    @Test("It is told over a path and over a name in the kernel", arguments: [true, false])
    func tells(isPath: Bool) throws {
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

    @Test("A manager that cannot be reached is named")
    func unreachable() throws {
        let path = directory.file("nobody")
        let error = try #require(throws: ServiceManager.Unreachable.self) {
            _ = try ServiceManager(path: path, watchdogNanoseconds: nil)
        }
        #expect(error.description.contains("NOTIFY_SOCKET=\(path)"))
        #expect(error.description.contains("ENOENT"))
    }

    @Test("A manager that does not read holds nobody up")
    func fullManager() throws {
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
