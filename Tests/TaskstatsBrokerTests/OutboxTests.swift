import TaskstatsProtocol
import Testing

@testable import TaskstatsBroker

/// The queue of pieces of shared bytes.
@Suite struct OutboxTests {
    private let outbox = Outbox()
    private let quotas = UserQuotas(BrokerLimits())
    private var quota: UserQuota { quotas.privileged }

    /// Returns a default chunk with one line.
    private func chunk(holding text: String) -> SharedBytes {
        var line = ByteBuffer(capacity: text.utf8.count)
        line.append(text: text)
        let chunk = SharedBytes(capacity: 16_384, quota, in: quotas)
        chunk.append(line, 0..<line.count)
        return chunk
    }

    private func shared(_ text: String) -> SharedBytes {
        var bytes = ByteBuffer(capacity: 1)
        bytes.append(text: text)
        return SharedBytes(bytes, quota, in: quotas)
    }

    private func pieces(limit: Int = .max) -> [String] {
        var pieces: [String] = []
        unsafe outbox.forEachChunk(limit: limit) { piece in
            pieces.append(unsafe String(decoding: piece, as: UTF8.self))
        }
        return pieces
    }

    private var addresses: [UInt] {
        var addresses: [UInt] = []
        unsafe outbox.forEachChunk(limit: .max) { piece in addresses.append(UInt(bitPattern: piece.baseAddress)) }
        return addresses
    }

    @Test func `consecutive pieces are merged; others are not`() {
        let (one, other) = (shared("abcdef"), shared("xyz"))
        outbox.append(one, 0..<2)
        outbox.append(one, 2..<4)
        outbox.append(other, 0..<3)
        outbox.append(one, 4..<5)
        outbox.append(one, 0..<1)
        #expect(pieces() == ["abcd", "xyz", "e", "a"])
        #expect(pieces(limit: 2) == ["abcd", "xyz"])
        #expect(outbox.unsentBytes == 9)
    }

    @Test func `bytes between two pieces are not sent`() {
        let bytes = shared("abcdef")
        outbox.append(bytes, 0..<2)
        outbox.append(bytes, 3..<5)
        #expect(pieces() == ["ab", "de"])
    }

    @Test(arguments: 0...9)
    func `sent bytes are released, across pieces and within them`(count: Int) {
        for text in ["abc", "d", "efghi"] {
            let bytes = shared(text)
            outbox.append(bytes, 0..<bytes.count)
        }
        outbox.removeFirst(count)
        #expect(pieces().joined() == String("abcdefghi".dropFirst(count)))
        #expect(outbox.unsentBytes == 9 - count)
        #expect(outbox.highWater == 9)
    }

    @Test func `a piece can continue one that was partly sent`() {
        let bytes = shared("abcdef")
        outbox.append(bytes, 0..<3)
        outbox.removeFirst(2)
        outbox.append(bytes, 3..<6)
        #expect(pieces() == ["cdef"])
        outbox.removeFirst(4)
        outbox.append(bytes, 0..<1)
        #expect(pieces() == ["a"])
    }

    @Test func `a small part of a chunk does not keep the complete chunk alive`() {
        weak var alive: SharedBytes?
        do {
            let chunk = chunk(holding: "only this")
            alive = chunk
            outbox.append(chunk, 0..<chunk.count)
        }
        #expect(alive != nil)
        let next = shared(", and that")
        outbox.append(next, 0..<next.count)
        #expect(alive == nil)
        #expect(pieces() == ["only this", ", and that"])
        #expect(outbox.unsentBytes == 19)
        outbox.removeFirst(12)
        #expect(pieces() == ["nd that"])
    }

    @Test func `most of a chunk stays shared`() {
        let chunk = chunk(holding: String(repeating: "x", count: 15_000))
        outbox.append(chunk, 0..<chunk.count)
        let addresses = addresses
        let next = shared("y")
        outbox.append(next, 0..<1)
        #expect(self.addresses.first == addresses.first)
    }

    @Test func `shared bytes are freed when the last outbox releases them`() {
        let other = Outbox()
        weak var alive: SharedBytes?
        do {
            let bytes = shared("abc")
            alive = bytes
            outbox.append(bytes, 0..<3)
            other.append(bytes, 0..<3)
        }
        outbox.removeFirst(3)
        #expect(alive != nil)
        other.removeAll()
        #expect(alive == nil)
        #expect(other.unsentBytes == 0)
    }
}
