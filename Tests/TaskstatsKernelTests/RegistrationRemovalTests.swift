import Glibc
import LinuxSystem
import Netlink
import TaskstatsKernel
import TaskstatsModel
import TestSupport
import Testing

@Suite struct RegistrationRemovalTests {
    private let kernel = FakeKernel(cpuCount: 4)
    private let family = TaskstatsFamily(id: 31)

    /// Returns a socket that a listener registered on CPU 1, as a killed process leaves it to the service manager.
    private func storedPort(receiveBufferBytes: Int = 212_992) -> FakePort {
        let port = kernel.open()
        port.socket.receiveBufferBytes = receiveBufferBytes
        kernel.register(port.socket.portID, on: [1])
        return port
    }

    private func remove(_ port: borrowing FakePort) throws(NetlinkError) -> RegistrationRemoval {
        try .run(over: port, family: family, cpus: CPUSet(0...3), batch: MessageBatch())
    }

    private func exit(_ count: Int) { for pid in 0..<count { kernel.exit(FakeTask(pid: UInt32(pid + 1)), on: 1) } }

    @Test func `the port has no registration afterwards, and queued records are counted`() throws {
        let port = storedPort()
        kernel.register(port.socket.portID, on: [3])
        exit(100)
        let removal = try remove(port)
        #expect(removal.records == 100)
        #expect(removal.dropped == 0)
        #expect(kernel.listeners == [[], [], [], []])
        exit(1)
        #expect(port.socket.queued == 0)
    }

    @Test func `other ports stay registered`() throws {
        let port = storedPort()
        kernel.register(77, on: [0, 1])
        _ = try remove(port)
        #expect(kernel.listeners == [[77], [77], [], []])
    }

    @Test func `a lost acknowledgement is requested again, and is not counted as a lost record`() throws {
        let port = storedPort(receiveBufferBytes: 4_608)
        exit(100)
        let removal = try remove(port)
        #expect(removal.records == 3)
        #expect(removal.dropped == 97)
        #expect(kernel.listeners[1] == [])
    }

    @Test func `an unreadable record is counted`() throws {
        let port = storedPort()
        kernel.exit(FakeTask(pid: 1), on: 1, damage: .tooLong)
        exit(1)
        #expect(try remove(port).records == 2)
    }

    @Test func `records that arrive before the acknowledgement are counted, whatever their number`() throws {
        let port = storedPort()
        kernel.meanwhile = { [unowned kernel] moment in
            guard moment == .handling else { return }
            for pid in 1...50 { kernel.exit(FakeTask(pid: UInt32(pid)), on: 1) }
        }
        #expect(try remove(port).records == 50)
    }

    @Test func `a refusal is an error with the error number`() throws {
        let port = storedPort()
        kernel.refusal = ENOENT
        let error = #expect(throws: NetlinkError.self) { try remove(port) }
        #expect(error?.errno == ENOENT)
    }
}
