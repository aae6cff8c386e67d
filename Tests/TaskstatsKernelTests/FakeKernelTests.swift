import Netlink
import TaskstatsModel
import TestSupport
import Testing

/// Comparison of the fake kernel with known behaviour of the real one.
@Suite struct FakeKernelTests {
    private let kernel = FakeKernel(cpuCount: 4)
    private let batch = MessageBatch()

    @Test(
        arguments: [(16, false, 596), (16, true, 1_172), (17, false, 724), (17, true, 1_428)] as [(UInt16, Bool, Int)])
    func `records are as long as the kernel's`(version: UInt16, withProcess: Bool, length: Int) throws {
        kernel.version = version
        let port = kernel.open()
        try register("0", over: port)
        kernel.exit(FakeTask(pid: 7, tgid: 6), on: 0, process: withProcess ? [:] : nil)
        try port.receive(into: batch, atMost: 1)
        #expect(try batch.withDatagram(0) { $0.byteCount } == length)
    }

    @Test(arguments: [(false, 166), (true, 92)])
    func `a queue holds as many records as the kernel's default buffer`(isThreaded: Bool, count: Int) throws {
        let port = kernel.open()
        try register("0", over: port)
        for _ in 0..<200 { kernel.exit(FakeTask(pid: 7, isThreaded: isThreaded), on: 0) }
        #expect(port.socket.queued == count)
        #expect(port.socket.drops == 200 - UInt32(count))
    }

    @Test func `masks of one socket add up, and repeating one changes nothing`() throws {
        let port = kernel.open()
        try register("0,2-3", over: port)
        try register("1-2", over: port)
        #expect(kernel.listeners.allSatisfy { $0 == [port.socket.portID] })
        kernel.exit(FakeTask(pid: 7), on: 2)
        #expect(port.socket.queued == 1)
    }

    @Test func `every listener of a CPU receives the record, under one number`() throws {
        let first = kernel.open()
        let second = kernel.open()
        try register("0", over: first)
        try register("0", over: second)
        kernel.exit(FakeTask(pid: 7), on: 0)
        try first.receive(into: batch, atMost: 1)
        let bytes = try batch.withDatagram(0) { $0.copy }
        try second.receive(into: batch, atMost: 1)
        #expect(try batch.withDatagram(0) { $0.copy } == bytes)
    }

    @Test func `a list without its NUL loses its last character`() throws {
        let port = kernel.open()
        let list = MessageBuilder.attribute(3, Array("0,1".utf8))
        kernel.handle(
            MessageBuilder.message(type: 31, flags: 5, sequence: 1, MessageBuilder.generic(command: 1, list)),
            from: port.socket)
        #expect(kernel.listeners[0] == [port.socket.portID])
        #expect(kernel.listeners[1].isEmpty)
    }

    @Test
    func `a registration passes from its closed socket to the port id's next owner, until an exit finds none`() throws {
        let portID = try registeredAndClosed()
        do {
            let stranger = kernel.open(portID: portID)
            kernel.exit(FakeTask(pid: 7), on: 0)
            #expect(stranger.socket.queued == 1)
        }
        kernel.exit(FakeTask(pid: 8), on: 0)
        #expect(kernel.listeners[0].isEmpty)
        let late = kernel.open(portID: portID)
        kernel.exit(FakeTask(pid: 9), on: 0)
        #expect(late.socket.queued == 0)
    }

    private func registeredAndClosed() throws -> UInt32 {
        let port = kernel.open()
        try register("0", over: port)
        return port.socket.portID
    }

    private func register(_ list: String, over port: borrowing FakePort) throws {
        let request = try GenericNetlinkRequest(
            "register", family: 31, command: 1, sequence: 1, .string(type: 3, list))
        try port.exchange(request, batch: batch)
    }
}
