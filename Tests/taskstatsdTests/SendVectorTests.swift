import Testing

@testable import taskstatsd

@Suite struct SendVectorTests {
    @Test func `several pieces are sent in one call, in order`() throws {
        let pair = try SocketPair.open()
        let vector = SendVector()
        let pieces = [Array("one ".utf8), Array("two ".utf8), Array("three".utf8)]
        let sent = unsafe pieces[0].withUnsafeBytes { first in
            unsafe pieces[1].withUnsafeBytes { second in
                unsafe pieces[2].withUnsafeBytes { third in
                    unsafe vector.append(first)
                    unsafe vector.append(second)
                    unsafe vector.append(third)
                    return vector.send(to: pair.ours)
                }
            }
        }
        #expect(sent == .sent(13))
        #expect(try pair.theirsReceive() == "one two three")
    }

    @Test func `a peer that does not read fills up without blocking the sender`() throws {
        let pair = try SocketPair.open()
        let vector = SendVector()
        let piece = [UInt8](repeating: 0x78, count: 100_000)
        var outcomes: [SendVector.Outcome] = []
        while outcomes.last != .full { outcomes.append(vector.send(piece, to: pair.ours)) }
        #expect(outcomes.count > 1)
        _ = try pair.theirsReceive()
        #expect(vector.send([0x79], to: pair.ours) == .sent(1))
    }

    @Test func `a peer that stopped reading is gone, without a signal`() throws {
        let pair = try SocketPair.open()
        pair.theirsShutDown()
        #expect(SendVector().send([0x78], to: pair.ours) == .gone)
    }
}
