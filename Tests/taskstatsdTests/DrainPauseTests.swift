import Testing

@testable import taskstatsd

@Suite struct DrainPauseTests {
    private let buffer = 8 << 20

    @Test func `it grows while many records arrive, up to a limit`() {
        var pause = DrainPause()
        var pauses = [pause.nanoseconds]
        for _ in 0..<4 {
            pause.drained(records: 50, lost: false, receiveBufferBytes: buffer)
            pauses.append(pause.nanoseconds)
        }
        #expect(pauses == [1, 2, 4, 4, 4].map { $0 * 1_000_000 })
    }

    @Test(arguments: [(0, false), (3, false), (50, true), (1_000, false)])
    func `it is the shortest again when few arrive, after a loss, and when the buffer fills`(
        records: Int, lost: Bool
    ) {
        var pause = DrainPause()
        pause.drained(records: 50, lost: false, receiveBufferBytes: buffer)
        pause.drained(records: records, lost: lost, receiveBufferBytes: buffer)
        #expect(pause == DrainPause())
    }

    @Test func `it stays while neither many nor few arrive`() {
        var pause = DrainPause()
        pause.drained(records: 50, lost: false, receiveBufferBytes: buffer)
        let grown = pause
        pause.drained(records: 5, lost: false, receiveBufferBytes: buffer)
        #expect(pause == grown)
    }

    @Test func `a small buffer allows no longer pause`() {
        var pause = DrainPause()
        pause.drained(records: 20, lost: false, receiveBufferBytes: 128 << 10)
        #expect(pause == DrainPause())
    }
}
