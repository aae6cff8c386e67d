import Netlink
import TestSupport
import Testing

@Suite struct MessageBatchTests {
    @Test func `a new batch is empty`() { #expect(MessageBatch().count == 0) }

    @Test func `every slot has its own datagram with its length`() throws {
        let batch = MessageBatch()
        let datagrams = (0..<MessageBatch.capacity).map { [UInt8](repeating: UInt8($0), count: $0 * 7) }
        batch.replace(with: datagrams.map { (0, $0) })
        #expect(batch.count == MessageBatch.capacity)
        for (index, bytes) in datagrams.enumerated() {
            #expect(try batch.withDatagram(index) { $0.copy } == bytes)
        }
    }

    @Test func `a shorter datagram contains nothing of the previous longer one`() throws {
        let batch = MessageBatch()
        batch.replace(with: [(0, [1, 2, 3, 4]), (0, [5])])
        batch.replace(with: [(0, [6])])
        #expect(batch.count == 1)
        #expect(try batch.withDatagram(0) { $0.copy } == [6])
    }

    @Test func `a datagram that fills its slot is complete; a longer one is truncated`() throws {
        let batch = MessageBatch()
        let longest = [UInt8](repeating: 9, count: MessageBatch.slotBytes)
        batch.replace(with: [(0, longest), (0, longest + [9]), (0, [1])])
        #expect(try batch.withDatagram(0) { $0.copy } == longest)
        #expect(throws: NetlinkError.malformed("message longer than \(MessageBatch.slotBytes) bytes")) {
            try batch.withDatagram(1) { _ in Issue.record("a datagram was passed on") }
        }
        #expect(try batch.withDatagram(2) { $0.copy } == [1])
    }

    @Test func `a datagram from another sender is not passed on`() {
        let batch = MessageBatch()
        batch.replace(with: [(0, [1]), (4_242, [2])])
        #expect(batch.isFromKernel(0))
        #expect(!batch.isFromKernel(1))
        #expect(throws: NetlinkError.malformed("message from port 4242, not the kernel")) {
            try batch.withDatagram(1) { _ in Issue.record("a datagram was passed on") }
        }
    }
}
