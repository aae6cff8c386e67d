import Glibc
import LinuxSystem
import Netlink
import TaskstatsKernel
import TestSupport
import Testing

@Suite struct ExitListenerRegistrationTests {
    /// More exits than any receive buffer holds that a command is given.
    private static let storm = 8_000

    @Test("The socket is registered for its CPU and for no other")
    func register() throws {
        let fake = try FakeListener.registered(FakeKernel(cpuCount: 12), cpu: 10)
        #expect(fake.kernel.listeners[10] == [fake.socket.portID])
        #expect(fake.kernel.listeners.indices.filter { !fake.kernel.listeners[$0].isEmpty } == [10])
        #expect(fake.events == [])
    }

    @Test("The receive buffer is what was asked for, before and behind every command")
    func receiveBuffer() throws {
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

    @Test("A receive buffer that cannot be had is an error")
    func noReceiveBuffer() {
        let failure = SystemError("setsockopt SO_RCVBUFFORCE", errno: EPERM)
        #expect(throws: NetlinkError.system(failure)) {
            let port = FakeKernel().open()
            port.socket.failures[.setReceiveBuffer] = failure
            _ = try ExitListener(
                cpu: 0, port: port, family: TaskstatsFamily(id: 31), batch: MessageBatch(), receiveBufferBytes: 4_608)
        }
    }

    @Test("Records from before the acknowledgement are let go, and the first behind it is number 1")
    func beforeAcknowledgement() throws {
        let fake = try FakeListener()
        fake.once(.acknowledging) { for _ in 0..<3 { fake.kernel.exit(FakeTask(pid: 900), on: 0) } }
        try fake.listener.register()
        fake.exit(2)
        #expect(try fake.drain() == .empty(records: 2))
        #expect(fake.events == [1, 2].exits)
    }

    @Test("Records from between the acknowledgement and its reading are not let go")
    func behindAcknowledgement() throws {
        let fake = try FakeListener()
        fake.once(.acknowledging) { fake.once(.receiving) { fake.exit(3) } }
        try fake.listener.register()
        try fake.drain()
        #expect(fake.events == [1, 2, 3].exits)
        #expect(fake.socket.produced == 3)
    }

    @Test("An acknowledgement that found the socket full is asked for again")
    func lostAcknowledgement() throws {
        let fake = try FakeListener()
        fake.once(.acknowledging) { for _ in 0..<Self.storm { fake.kernel.exit(FakeTask(pid: 900), on: 0) } }
        try fake.listener.register()
        #expect(fake.socket.drops > 0)
        #expect(fake.kernel.listeners[0] == [fake.socket.portID])
        fake.exit(2)
        try fake.drain()
        #expect(fake.events == [1, 2].exits)
    }

    @Test("Records that were dropped beside an acknowledgement that fitted are nobody's loss")
    func dropsBesideAcknowledgement() throws {
        let fake = try FakeListener()
        fake.once(.acknowledging) {
            // These leave too little room for one more, but enough for an acknowledgement.
            for _ in 0..<4_000 { fake.kernel.exit(FakeTask(pid: 900, isThreaded: true), on: 0) }
        }
        try fake.listener.register()
        #expect(fake.socket.drops == 4_000 - 8 << 20 / 2_304)
        fake.exit(2)
        try fake.drain()
        #expect(fake.events == [1, 2].exits)
    }

    @Test("A kernel that never finds room to acknowledge is unanswered, and is left without a registration")
    func neverAcknowledged() throws {
        let fake = try FakeListener()
        fake.kernel.meanwhile = { [unowned kernel = fake.kernel] moment in
            guard moment == .acknowledging else { return }
            for _ in 0..<Self.storm { kernel.exit(FakeTask(pid: 900), on: 0) }
        }
        #expect(throws: NetlinkError.unanswered(operation: "register CPU 0")) { try fake.listener.register() }
        #expect(fake.kernel.listeners[0].isEmpty)
    }

    @Test("A refusal is told, and leaves no registration", arguments: [EPERM, EINVAL, ENOMEM])
    func refused(errno: Int32) throws {
        let fake = try FakeListener()
        fake.kernel.refusal = errno
        #expect(
            throws: NetlinkError.refused(operation: "register CPU 0", SystemError("netlink", errno: errno))
        ) { try fake.listener.register() }
        #expect(fake.kernel.listeners[0].isEmpty)
        try fake.listener.register()
        #expect(fake.kernel.listeners[0] == [fake.socket.portID])
    }

    @Test("A CPU that the kernel does not have is refused with ERANGE")
    func noSuchCPU() throws {
        let fake = try FakeListener(FakeKernel(cpuCount: 2), cpu: 2)
        let error = #expect(throws: NetlinkError.self) { try fake.listener.register() }
        #expect(error?.errno == ERANGE)
    }

    @Test("An error of the socket is told, and leaves no registration", arguments: [FakeSocket.Call.receive, .drops])
    func systemError(call: FakeSocket.Call) throws {
        let fake = try FakeListener()
        fake.once(.acknowledging) { fake.socket.failures[call] = SystemError("test", errno: ENOMEM) }
        #expect(throws: NetlinkError.system(SystemError("test", errno: ENOMEM))) { try fake.listener.register() }
        #expect(fake.kernel.listeners[0].isEmpty)
    }

    @Test("A stranger's message and an unreadable one do not disturb a registration")
    func disturbed() throws {
        let fake = try FakeListener()
        fake.once(.handling) {
            let forged = MessageBuilder.message(type: 2, sequence: 1, MessageBuilder.bytes(of: -EPERM))
            fake.socket.deliver(forged, cost: 768, sender: 4_242)
            fake.socket.deliver([1, 2, 3], cost: 768)
        }
        try fake.listener.register()
        #expect(fake.kernel.listeners[0] == [fake.socket.portID])
    }

    @Test("A second registration numbers anew, and what happened in between is nobody's loss")
    func again() throws {
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

    @Test("After a deregistration nothing comes, and what was queued is let go")
    func deregister() throws {
        let fake = try FakeListener.registered()
        fake.exit(3)
        try fake.listener.deregister()
        #expect(fake.kernel.listeners[0].isEmpty)
        fake.exit(3)
        #expect(try fake.drain() == .empty(records: 0))
        #expect(fake.events == [])
    }

    @Test("A deregistration whose acknowledgement found the socket full is made again")
    func lostDeregistration() throws {
        let fake = try FakeListener.registered(receiveBufferBytes: 4_608)
        fake.exit(100)
        fake.once(.handling) { fake.exit(Self.storm) }
        try fake.listener.deregister()
        #expect(fake.kernel.listeners[0].isEmpty)
        #expect(fake.socket.queued == 0)
    }

    @Test("A deregistration that is refused is told")
    func refusedDeregistration() throws {
        let fake = try FakeListener.registered()
        fake.kernel.refusal = EPERM
        #expect(
            throws: NetlinkError.refused(operation: "deregister CPU 0", SystemError("netlink", errno: EPERM))
        ) { try fake.listener.deregister() }
    }
}
