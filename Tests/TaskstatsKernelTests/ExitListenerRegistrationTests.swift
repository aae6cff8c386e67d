import Glibc
import LinuxSystem
import Netlink
import TaskstatsKernel
import TestSupport
import Testing

@Suite struct ExitListenerRegistrationTests {
    /// More exits than fit into any receive buffer of a command.
    private static let storm = 8_000

    @Test func `the socket is registered for its CPU and for no other`() throws {
        let fake = try FakeListener.registered(FakeKernel(cpuCount: 12), cpu: 10)
        #expect(fake.kernel.listeners[10] == [fake.socket.portID])
        #expect(fake.kernel.listeners.indices.filter { !fake.kernel.listeners[$0].isEmpty } == [10])
        #expect(fake.events == [])
    }

    @Test func `the receive buffer has the requested size before and after every command`() throws {
        let fake = try FakeListener(receiveBufferBytes: 4_608)
        #expect(fake.listener.receiveBufferBytes == 4_608)
        try fake.listener.register()
        #expect(fake.socket.receiveBufferBytes == 4_608)
        #expect(fake.listener.receiveBufferBytes == 4_608)
        fake.kernel.refusal = EPERM
        #expect(throws: NetlinkError.self) { try fake.listener.deregister() }
        #expect(fake.listener.receiveBufferBytes == 4_608)
        try fake.listener.deregister()
        #expect(fake.socket.receiveBufferBytes == 4_608)
    }

    @Test func `a receive buffer that cannot be set is an error`() {
        let failure = SystemError("setsockopt SO_RCVBUFFORCE", errno: EPERM)
        #expect(throws: NetlinkError.system(failure)) {
            let port = FakeKernel().open()
            port.socket.failures[.setReceiveBuffer] = failure
            _ = try ExitListener(
                cpu: 0, port: port, family: TaskstatsFamily(id: 31), batch: MessageBatch(), receiveBufferBytes: 4_608)
        }
    }

    @Test func `records before the acknowledgement are discarded, and the first one after it is number 1`() throws {
        let fake = try FakeListener()
        fake.once(.acknowledging) { for _ in 0..<3 { fake.kernel.exit(FakeTask(pid: 900), on: 0) } }
        try fake.listener.register()
        fake.exit(2)
        #expect(try fake.drain() == .empty(records: 2))
        #expect(fake.events == [1, 2].exits)
    }

    @Test func `records between the acknowledgement and its reading are kept`() throws {
        let fake = try FakeListener()
        fake.once(.acknowledging) { fake.once(.receiving) { fake.exit(3) } }
        try fake.listener.register()
        try fake.drain()
        #expect(fake.events == [1, 2, 3].exits)
        #expect(fake.socket.produced == 3)
    }

    @Test func `a lost acknowledgement is requested again`() throws {
        let fake = try FakeListener()
        fake.once(.acknowledging) { for _ in 0..<Self.storm { fake.kernel.exit(FakeTask(pid: 900), on: 0) } }
        try fake.listener.register()
        #expect(fake.socket.drops > 0)
        #expect(fake.kernel.listeners[0] == [fake.socket.portID])
        fake.exit(2)
        try fake.drain()
        #expect(fake.events == [1, 2].exits)
    }

    @Test func `records dropped beside a received acknowledgement are not counted as lost`() throws {
        let fake = try FakeListener()
        fake.once(.acknowledging) {
            // These leave too little room for another record, but enough for an acknowledgement.
            for _ in 0..<4_000 { fake.kernel.exit(FakeTask(pid: 900, isThreaded: true), on: 0) }
        }
        try fake.listener.register()
        #expect(fake.socket.drops == 4_000 - 8 << 20 / 2_304)
        fake.exit(2)
        try fake.drain()
        #expect(fake.events == [1, 2].exits)
    }

    @Test func `a kernel that never has room to acknowledge is an error without a remaining registration`() throws {
        let fake = try FakeListener()
        fake.kernel.meanwhile = { [unowned kernel = fake.kernel] moment in
            guard moment == .acknowledging else { return }
            for _ in 0..<Self.storm { kernel.exit(FakeTask(pid: 900), on: 0) }
        }
        #expect(throws: NetlinkError.unanswered(operation: "register CPU 0")) { try fake.listener.register() }
        #expect(fake.kernel.listeners[0].isEmpty)
    }

    @Test(arguments: [EPERM, EINVAL, ENOMEM])
    func `a refusal is an error, and leaves no registration`(errno: Int32) throws {
        let fake = try FakeListener()
        fake.kernel.refusal = errno
        #expect(
            throws: NetlinkError.refused(operation: "register CPU 0", SystemError("netlink", errno: errno))
        ) { try fake.listener.register() }
        #expect(fake.kernel.listeners[0].isEmpty)
        try fake.listener.register()
        #expect(fake.kernel.listeners[0] == [fake.socket.portID])
    }

    @Test func `a CPU that the kernel does not have is refused with ERANGE`() throws {
        let fake = try FakeListener(FakeKernel(cpuCount: 2), cpu: 2)
        let error = #expect(throws: NetlinkError.self) { try fake.listener.register() }
        #expect(error?.errno == ERANGE)
    }

    @Test(arguments: [FakeSocket.Call.receive, .drops])
    func `a socket error is thrown, and leaves no registration`(call: FakeSocket.Call) throws {
        let fake = try FakeListener()
        fake.once(.acknowledging) { fake.socket.failures[call] = SystemError("test", errno: ENOMEM) }
        #expect(throws: NetlinkError.system(SystemError("test", errno: ENOMEM))) { try fake.listener.register() }
        #expect(fake.kernel.listeners[0].isEmpty)
    }

    @Test func `messages of other senders and unreadable ones do not disturb a registration`() throws {
        let fake = try FakeListener()
        fake.once(.handling) {
            let forged = MessageBuilder.message(type: 2, sequence: 1, MessageBuilder.bytes(of: -EPERM))
            fake.socket.deliver(forged, cost: 768, sender: 4_242)
            fake.socket.deliver([1, 2, 3], cost: 768)
        }
        try fake.listener.register()
        #expect(fake.kernel.listeners[0] == [fake.socket.portID])
    }

    @Test func `a second registration resets the numbers, and losses in between do not count`() throws {
        let fake = try FakeListener.registered(receiveBufferBytes: 4_608)
        fake.exit(5)
        try fake.drain()
        #expect(fake.listener.received + fake.listener.lost == 5)
        fake.exit(10)
        try fake.listener.deregister()
        fake.kernel.nextNumbers[0] &+= 1_000
        try fake.listener.register()
        #expect(fake.listener.received == 0)
        #expect(fake.listener.lost == 0)
        let before = fake.events.count
        fake.kernel.exit(FakeTask(pid: 1), on: 0)
        try fake.drain()
        #expect(Array(fake.events[before...]) == [1].exits)
    }

    @Test func `after a deregistration nothing arrives, and queued records are discarded`() throws {
        let fake = try FakeListener.registered()
        fake.exit(3)
        try fake.listener.deregister()
        #expect(fake.kernel.listeners[0].isEmpty)
        fake.exit(3)
        #expect(try fake.drain() == .empty(records: 0))
        #expect(fake.events == [])
    }

    @Test func `a deregistration with a lost acknowledgement is repeated`() throws {
        let fake = try FakeListener.registered(receiveBufferBytes: 4_608)
        fake.exit(100)
        fake.once(.handling) { fake.exit(Self.storm) }
        try fake.listener.deregister()
        #expect(fake.kernel.listeners[0].isEmpty)
        #expect(fake.socket.queued == 0)
    }

    @Test func `a refused deregistration is an error`() throws {
        let fake = try FakeListener.registered()
        fake.kernel.refusal = EPERM
        #expect(
            throws: NetlinkError.refused(operation: "deregister CPU 0", SystemError("netlink", errno: EPERM))
        ) { try fake.listener.deregister() }
    }
}
