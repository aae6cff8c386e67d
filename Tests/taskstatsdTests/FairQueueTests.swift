import TaskstatsBroker
import Testing

@testable import taskstatsd

@Suite struct FairQueueTests {
    private func connection(_ number: UInt64, of uid: UInt32) throws -> ClientConnection {
        let pair = try SocketPair.open()
        return ClientConnection(
            id: ClientID(number: number), principal: Principal(isPrivileged: false, uid: uid), descriptor: pair.ours)
    }

    /// Takes the next connection, charges its principal, and adds it again; returns its number.
    @discardableResult
    private func serve(_ queue: inout FairQueue, taking nanoseconds: UInt64) -> UInt64? {
        guard let next = queue.next() else { return nil }
        queue.charge(nanoseconds, to: next.principal)
        queue.append(next)
        return next.id.number
    }

    @Test func `principals share the time evenly, whatever their connections and the cost of their work`() throws {
        var queue = FairQueue()
        for number in 1...9 as ClosedRange<UInt64> { queue.append(try connection(number, of: 1000)) }
        queue.append(try connection(10, of: 1001))
        var nanoseconds: [Bool: UInt64] = [:]
        for _ in 0..<3_000 {
            let next = queue.next()
            let served = try #require(next)
            let cost: UInt64 = served.principal.uid == 1000 ? 10_000 : 90_000
            nanoseconds[served.principal.uid == 1000, default: 0] += cost
            queue.charge(cost, to: served.principal)
            queue.append(served)
        }
        let (many, one) = (try #require(nanoseconds[true]), try #require(nanoseconds[false]))
        #expect(max(many, one) - min(many, one) <= 90_000)
    }

    @Test func `connections of one principal take turns`() throws {
        var queue = FairQueue()
        for number in 1...3 as ClosedRange<UInt64> { queue.append(try connection(number, of: 1000)) }
        #expect((0..<6).map { _ in serve(&queue, taking: 1_000) } == [1, 2, 3, 1, 2, 3])
    }

    @Test func `a principal that uses less than its share is served before the next piece of any pipeline`() throws {
        var queue = FairQueue()
        for number in 0..<31 as Range<UInt64> { queue.append(try connection(number, of: 2_000 + UInt32(number))) }
        let bystander = try connection(100, of: 1000)
        // Until all pipelines have used up their allowance.
        for _ in 0..<31 * 60 { serve(&queue, taking: 200_000) }
        for _ in 0..<200 {
            for _ in 0..<7 { serve(&queue, taking: 200_000) }
            queue.append(bystander)
            let next = queue.next()
            #expect(next === bystander)
            queue.charge(40_000, to: bystander.principal)
        }
    }

    @Test func `idle time is saved up to an allowance of 10 ms`() throws {
        var queue = FairQueue()
        let idle = try connection(1, of: 1001)
        queue.append(idle)
        _ = queue.next()
        queue.append(try connection(2, of: 1000))
        for _ in 0..<1_000 { serve(&queue, taking: 100_000) }
        queue.append(idle)
        let served = (0..<1_000).map { _ in serve(&queue, taking: 100_000) }
        let count = served.count { $0 == 1 }
        #expect((548...552).contains(count))
        #expect(zip(served.suffix(100), served.suffix(99)).allSatisfy { $0 != $1 })
    }

    @Test func `expensive work is remembered while its principal is idle`() throws {
        var queue = FairQueue()
        let expensive = try connection(1, of: 1001)
        queue.append(expensive)
        _ = queue.next()
        queue.charge(11_000_000, to: expensive.principal)
        queue.append(try connection(2, of: 1000))
        serve(&queue, taking: 100_000)
        queue.append(expensive)
        #expect((0..<111).map { _ in serve(&queue, taking: 100_000) } == Array(repeating: 2, count: 109) + [1, 2])
    }

    @Test func `principals that are not ahead are forgotten`() throws {
        var queue = FairQueue()
        for number in 1...1_000 as ClosedRange<UInt64> {
            queue.append(try connection(number, of: UInt32(number)))
            let next = queue.next()
            queue.charge(1_000, to: try #require(next).principal)
        }
        #expect(queue.rememberedPrincipals <= 257)
    }

    @Test func `a closed connection is removed, and its descriptor is closed`() throws {
        var queue = FairQueue()
        let stays = try connection(1, of: 1000)
        weak var ended: ClientConnection?
        do {
            let connection = try connection(2, of: 1000)
            ended = connection
            for some in [connection, stays, connection] { queue.append(some) }
            queue.remove(connection)
        }
        #expect(ended == nil)
        let (next, nothing) = (queue.next(), queue.next())
        #expect(next === stays && nothing == nil)
        queue.append(stays)
        queue.remove(stays)
        let last = queue.next()
        #expect(queue.isEmpty && last == nil)
    }

    @Test func `a connection closed after being served is released while its principal has other work`() throws {
        var queue = FairQueue()
        weak var ended: ClientConnection?
        do {
            let connection = try connection(1, of: 1000)
            ended = connection
            queue.append(connection)
            queue.append(try self.connection(2, of: 1000))
            _ = queue.next()
        }
        #expect(ended == nil && !queue.isEmpty)
    }
}
