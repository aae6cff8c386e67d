import Testing

@testable import taskstatsd

@Suite("SendVector")
struct SendVectorTests {
    @Test("Several pieces leave in one call, in their order")
    func gathers() throws {
        let pair = try SocketPair.open()
        let vector = SendVector()
        let sent = send(["one ", "two ", "three"], with: vector, to: pair)
        #expect(sent == .sent(13))
        #expect(try pair.theirsReceive() == "one two three")
    }

    @Test("A peer that does not read fills up without anything waiting for it")
    func full() throws {
        let pair = try SocketPair.open()
        let vector = SendVector()
        let piece = String(repeating: "x", count: 100_000)
        var outcomes: [SendVector.Outcome] = []
        while outcomes.last != .full { outcomes.append(send([piece], with: vector, to: pair)) }
        #expect(outcomes.count > 1)
        _ = try pair.theirsReceive()
        #expect(send(["y"], with: vector, to: pair) == .sent(1))
    }

    @Test("A peer that reads no more is gone, without a signal")
    func gone() throws {
        let pair = try SocketPair.open()
        pair.theirsShutDown()
        #expect(send(["x"], with: SendVector(), to: pair) == .gone)
    }

    private func send(
        _ pieces: [String], with vector: SendVector, to pair: borrowing SocketPair
    ) -> SendVector.Outcome {
        vector.removeAll()
        let bytes = pieces.map { Array($0.utf8) }
        return withExtendedLifetime(bytes) {
            for piece in bytes { unsafe piece.withUnsafeBytes { unsafe vector.append($0) } }
            return vector.send(to: pair.ours)
        }
    }
}
