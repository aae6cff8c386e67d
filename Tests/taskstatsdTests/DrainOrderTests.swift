import Testing

@testable import taskstatsd

@Suite struct DrainOrderTests {
    /// Reads 256 sockets that are always due at a fixed cost each, and returns the sockets read per iteration.
    private func iterations(_ count: Int, costPerSocket cost: UInt64) -> [[Int]] {
        var dueAt = Dictionary(uniqueKeysWithValues: (0..<256).map { ($0, UInt64($0 % 7)) })
        var now: UInt64 = 1_000
        return (0..<count).map { _ in
            var order = DrainOrder(dueAt)
            var (elapsed, read) = (UInt64(0), [Int]())
            while let cpu = order.next(after: elapsed) {
                read.append(cpu)
                elapsed += cost
                dueAt[cpu] = now + elapsed
            }
            now += elapsed
            return read
        }
    }

    @Test func `an iteration takes the draining time plus one socket at most, however many sockets are due`() {
        let cost: UInt64 = 300_000
        let read = iterations(100, costPerSocket: cost).map(\.count)
        #expect(read.allSatisfy { UInt64($0) * cost < LoopTime.draining + cost })
    }

    @Test func `sockets skipped for lack of time come first in the next iteration, so each is read in turn`() {
        let read = iterations(64, costPerSocket: 250_000)
        #expect(read.allSatisfy { $0.count == 4 })
        #expect(Set(read.flatMap(\.self)).count == 256)
    }

    @Test func `a socket that takes longer than the iteration's time is read alone`() {
        #expect(iterations(3, costPerSocket: 5_000_000).map(\.count) == [1, 1, 1])
    }

    @Test func `all sockets are read in one iteration if there is time`() {
        #expect(iterations(1, costPerSocket: 1_000).map(\.count) == [256])
    }
}
