import Glibc
import LinuxSystem
import Netlink
import TaskstatsModel
import TestSupport
import Testing

/// The exchange of a request and its answers.
@Suite struct NetlinkPortTests {
    private let kernel = FakeKernel()
    private let batch = MessageBatch()

    init() { kernel.tasks[77] = FakeTask(pid: 77) }

    @Test func `answers before the acknowledgement are processed`() throws {
        let port = kernel.open()
        #expect(try exchange(over: port) == [5])
        #expect(port.socket.queued == 0)
    }

    @Test func `an answer of several messages is passed on completely`() throws {
        let port = kernel.open()
        for _ in 0..<200 {
            port.socket.deliver(MessageBuilder.message(type: 31, sequence: 5, [0, 0, 0, 0]), cost: 768)
        }
        #expect(try exchange(over: port).count == 201)
        #expect(port.socket.queued == 0)
    }

    @Test func `leftovers of another request are skipped`() throws {
        let port = kernel.open()
        let old = try request(sequence: 4)
        port.socket.deliver(MessageBuilder.message(type: 31, sequence: 4, [2, 1, 0, 0]), cost: 768)
        for _ in 0..<MessageBatch.capacity {
            port.socket.deliver(MessageBuilder.acknowledgement(of: old.bytes, errno: ESRCH), cost: 768)
        }
        #expect(try exchange(over: port) == [5])
    }

    @Test func `an error number is thrown with the operation and its name`() {
        kernel.refusal = EPERM
        let error = #expect(throws: NetlinkError.self) { try exchange(over: kernel.open()) }
        #expect(error == .refused(operation: "get pid 77", SystemError("netlink", errno: EPERM)))
        #expect(error?.errno == EPERM)
    }

    @Test func `a lost acknowledgement is an error without waiting`() {
        let port = kernel.open()
        port.socket.deliver(MessageBuilder.message(type: 31, sequence: 4, []), cost: 212_992)
        #expect(throws: NetlinkError.unanswered(operation: "get pid 77")) { try exchange(over: port) }
        #expect(port.socket.drops == 2)
    }

    @Test func `messages of other senders are ignored`() throws {
        let port = kernel.open()
        let forged = MessageBuilder.acknowledgement(of: try request(sequence: 5).bytes, errno: EPERM)
        port.socket.deliver(forged, cost: 768, sender: 4_242)
        port.socket.deliver(MessageBuilder.message(type: 31, sequence: 5, []), cost: 768, sender: 4_242)
        #expect(try exchange(over: port) == [5])
    }

    @Test func `a malformed answer is an error, and does not disturb the next exchange`() throws {
        let port = kernel.open()
        port.socket.deliver([1, 2, 3], cost: 768)
        #expect(throws: NetlinkError.malformed("truncated header")) { try exchange(over: port) }
        #expect(try exchange(over: port, sequence: 6) == [6])
    }

    @Test(arguments: [FakeSocket.Call.send, .receive])
    func `a socket error is thrown unchanged`(call: FakeSocket.Call) throws {
        let port = kernel.open()
        port.socket.failures[call] = SystemError("sendto", errno: ENOBUFS)
        #expect(throws: NetlinkError.system(SystemError("sendto", errno: ENOBUFS))) { try exchange(over: port) }
        #expect(try exchange(over: port, sequence: 6) == [6])
    }

    @Test func `a command that a family of the running kernel lacks is refused`() throws {
        let port = try NetlinkSocket.open()
        let request = try GenericNetlinkRequest(
            "do the impossible", family: 16, command: 200, sequence: 1, .u32(type: 1, 1))
        let error = #expect(throws: NetlinkError.self) { try port.exchange(request, batch: batch) }
        #expect(error?.errno == EOPNOTSUPP)
    }

    /// The sequence numbers of the processed answers.
    @discardableResult
    private func exchange(
        over port: borrowing some NetlinkPort & ~Copyable, sequence: UInt32 = 5
    ) throws(NetlinkError) -> [UInt32] {
        var answers: [UInt32] = []
        try port.exchange(try request(sequence: sequence), batch: batch) { header, _ in answers.append(header.sequence)
        }
        return answers
    }

    private func request(sequence: UInt32) throws(NetlinkError) -> GenericNetlinkRequest {
        try GenericNetlinkRequest("get pid 77", family: 31, command: 1, sequence: sequence, .u32(type: 1, 77))
    }
}
