import TaskstatsModel
import Testing

@testable import TaskstatsBroker

/// The answer to `subscribe` contains the next sequence number of each CPU, so that a client can account for all
/// records.
@Suite struct NextSequenceTests {
    private let host = TestHost()

    @Test func `a CPU registered for the client starts at 1, any other one continues`() throws {
        let (first, second) = (try host.connect(), try host.connect())
        first.subscribe(cpus: "1-2")
        host.end([EndedTask](1...3, cpu: 1))
        host.lose(5, cpu: 1)
        second.subscribe(cpus: "all")
        second.read()
        #expect(second.nextSequences == [0: 1, 1: 9, 2: 1, 3: 1])
    }

    @Test func `a CPU that is registered again starts at 1 again`() throws {
        let client = try host.connect()
        client.subscribe(cpus: "1")
        host.end([EndedTask](1...3, cpu: 1))
        client.unsubscribe()
        client.subscribe(cpus: "1")
        client.read()
        #expect(client.nextSequences == [1: 1])
    }

    @Test func `a CPU in both subscriptions continues, even after unreported losses`() throws {
        let client = try host.connect()
        client.subscribe(cpus: "1")
        host.end([EndedTask](1...3, cpu: 1))
        host.lose(2, cpu: 1)
        client.subscribe(cpus: "0-1")
        host.end(EndedTask(cpu: 1, pid: 4))
        client.read()
        #expect(client.nextSequences == [0: 1, 1: 6])
        #expect(client.exits.last?.sequence == 6)
    }

    @Test func `every number is accounted for before, between and after records`() throws {
        let host = TestHost(.sample(limits: .usual { $0.queueBytes = 4_096 }))
        let (client, other) = (try host.connect(), try host.connect())
        other.subscribe()
        host.end([EndedTask](1...5, cpu: 0))
        client.subscribe(cpus: "0")
        host.lose(7, cpu: 0)
        host.end([EndedTask](6...60, cpu: 0))
        client.read()
        host.lose(1, cpu: 0)
        host.end([EndedTask](61...62, cpu: 0))
        client.subscribe(cpus: "0")
        client.read()
        let (start, end) = (client.nextSequences(at: 0), client.nextSequences(at: 1))
        let counted = UInt64(client.exits.count) + client.losses.reduce(0) { $0 + ($1.count ?? 0) }
        #expect(start == [0: 6] && end == [0: 71])
        #expect(counted == 65)
        #expect(client.losses.contains { $0.place == .queue })
    }

    @Test func `if there are more CPUs than fit in a line, it has the numbers of the first ones`() throws {
        let cpus = 8_192
        let host = TestHost(.sample(cpus: cpus))
        let client = try host.connect()
        client.subscribe()
        client.read()
        let numbers = client.nextSequences
        #expect(numbers.count > 4_000 && numbers.count < cpus)
        #expect(numbers.keys.max() == numbers.count - 1)
        #expect(client.lines.allSatisfy { $0.count < 65_536 })
    }
}

extension TestClient {
    private static let key = #""next_seq":{"#

    private var subscribeAnswers: [String] {
        lines.map { String(decoding: $0, as: UTF8.self) }.filter { $0.contains(Self.key) }
    }

    /// The sequence numbers in the last answer to `subscribe`.
    fileprivate var nextSequences: [Int: UInt64] {
        nextSequences(at: subscribeAnswers.count - 1)
    }

    /// Returns the sequence numbers in an answer to `subscribe`, counted from the first one.
    fileprivate func nextSequences(at index: Int) -> [Int: UInt64] {
        let answers = subscribeAnswers
        guard answers.indices.contains(index), let start = answers[index].firstRange(of: Self.key) else { return [:] }
        let entries = answers[index][start.upperBound...].prefix { $0 != "}" }.split(separator: ",")
        return Dictionary(
            uniqueKeysWithValues: entries.map { entry in
                let parts = entry.split(separator: ":")
                return (Int(parts[0].dropFirst().dropLast()) ?? -1, UInt64(parts[1]) ?? 0)
            })
    }
}
