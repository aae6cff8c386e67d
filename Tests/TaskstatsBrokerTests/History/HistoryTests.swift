import TaskstatsModel
import TaskstatsProtocol
import TestSupport
import Testing

@testable import TaskstatsBroker

@Suite struct HistoryTests {
    private static let smallest = History.limits.lowerBound
    private let host = TestHost()
    private var instance: String { BrokerSettings.sample().instance }

    /// Returns tasks that end on CPU 0.
    private func tasks(_ pids: ClosedRange<UInt32>, uid: UInt32 = 1_000) -> [EndedTask] {
        pids.map { EndedTask(pid: $0, uid: uid) }
    }

    /// Reads everything, in alternation with the replay.
    private func readAll(_ client: TestClient) {
        host.replay()
        while !client.read().isEmpty { host.replay() }
    }

    @Test func `a subscription since an index receives everything after it once, and then the present`() throws {
        host.keepHistory(bytes: Self.smallest)
        host.end(tasks(1...10))
        let client = try host.connect()
        client.subscribe(since: .after(instance: instance, index: 4))
        host.end(tasks(11...12))
        readAll(client)
        host.end(tasks(13...13))
        client.read()
        #expect(client.pids == Array(5...13))
        #expect(client.exits.map(\.index) == (5...13).map { UInt64($0) })
        #expect(client.received.filter { $0 == .live(12) }.count == 1)
        #expect(client.losses.isEmpty)
    }

    @Test(arguments: [HistoryStart.after(instance: BrokerSettings.sample().instance, index: 10), .ago(.zero)])
    func `a subscription that nothing precedes receives what ends before its replay begins`(
        _ since: HistoryStart
    ) throws {
        host.keepHistory(bytes: Self.smallest)
        host.end(tasks(1...10))
        host.time += 10_000_000_000
        let client = try host.connect()
        client.subscribe(since: since)
        host.end(tasks(11...12))
        readAll(client)
        #expect(client.received == [.hello, .answer(1), .exit(11), .exit(12), .live(12)])
    }

    @Test func `records that were discarded are counted exactly, and their number is not shown to ordinary users`()
        throws
    {
        host.keepHistory(bytes: Self.smallest)
        for _ in 0..<10 { host.end(tasks(1...1_000)) }
        let (root, user) = (try host.connect(), try host.connect(.user(1_000)))
        for client in [root, user] { client.subscribe(since: .after(instance: instance, index: 100)) }
        readAll(root)
        readAll(user)
        let first = try #require(root.exits.first?.index)
        #expect(root.losses == [LostRecords(.history, count: first - 101, index: first - 1)])
        #expect(user.losses == [LostRecords(.history, count: nil, index: first - 1)])
        #expect(root.exits.count == 10_000 - Int(first) + 1)
        #expect(user.pids == root.pids)
    }

    @Test func `an ordinary user receives only its own records`() throws {
        host.keepHistory(bytes: Self.smallest)
        host.end(tasks(1...5, uid: 1_001) + tasks(6...9) + tasks(10...12, uid: 1_001))
        let client = try host.connect(.user(1_001))
        client.subscribe(since: .after(instance: instance, index: 0))
        readAll(client)
        #expect(client.pids == [1, 2, 3, 4, 5, 10, 11, 12])
        #expect(client.exits.allSatisfy { $0.redacted == [.io] })
    }

    @Test func `sums of a process are sent to an ordinary user only if the replay has all of its threads`() throws {
        host.keepHistory(bytes: Self.smallest)
        for pid in [70, 80] as [UInt32] {
            host.end(EndedTask(pid: pid + 1, uid: 1_001, isLast: false, tgid: pid))
            host.end(
                EndedTask(
                    pid: pid, uid: 1_001, hasProcess: true, otherThreadsCPUCount: pid == 70 ? EndedTask.cpuCount : 9))
        }
        // A thread of another user proves nothing.
        host.end(EndedTask(pid: 91, uid: 1_002, isLast: false, tgid: 90))
        host.end(EndedTask(pid: 90, uid: 1_001, hasProcess: true, otherThreadsCPUCount: EndedTask.cpuCount))
        let client = try host.connect(.user(1_001))
        client.subscribe(since: .after(instance: instance, index: 0))
        readAll(client)
        #expect(client.exits.map { $0.process != nil } == [false, true, false, false, false])
        #expect(client.exits.map(\.isProcessWithheld) == [false, false, false, true, true])
    }

    @Test func `for another instance, a loss of unknown size precedes everything that is kept`() throws {
        host.keepHistory(bytes: Self.smallest)
        host.end(tasks(1...3))
        let client = try host.connect()
        client.subscribe(since: .after(instance: "another", index: 1_000_000))
        readAll(client)
        #expect(
            client.received == [.hello, .answer(1), .lost(.history, nil), .exit(1), .exit(2), .exit(3), .live(3)])
    }

    @Test func `a subscription since a time begins with the first record at or after it`() throws {
        host.keepHistory(bytes: Self.smallest)
        for pid in 1...6 as ClosedRange<UInt32> { host.end(EndedTask(pid: pid, milliseconds: UInt64(pid) * 1_000)) }
        host.time += 10_000_000_000
        for (since, loss) in [
            (HistoryStart.time(1_795_400_003_000_000_000), false), (.ago(.milliseconds(7_500)), false),
            (.time(1_795_399_999_000_000_000), true),
        ] {
            let client = try host.connect()
            client.subscribe(since: since)
            readAll(client)
            #expect(client.pids == (loss ? Array(1...6) : [3, 4, 5, 6]), "\(since)")
            #expect(client.losses == (loss ? [LostRecords(.history, count: nil, index: 0)] : []))
        }
    }

    @Test func `when the clock was set back, records follow in the order of their indices`() throws {
        host.keepHistory(bytes: Self.smallest)
        for (pid, second) in zip(1...6 as ClosedRange<UInt32>, [1, 2, 8, 3, 4, 9] as [UInt64]) {
            host.end(EndedTask(pid: pid, milliseconds: second * 1_000))
        }
        host.time += 10_000_000_000
        let client = try host.connect()
        client.subscribe(since: .time(1_795_400_003_500_000_000))
        readAll(client)
        #expect(client.pids == [3, 4, 5, 6])
    }

    @Test(arguments: [
        (HistoryStart.time(.max >> 1), "since"),
        (.after(instance: BrokerSettings.sample().instance, index: 4), "since.index"),
    ])
    func `a point in the future is refused, and the previous subscription stays in force`(
        _ since: HistoryStart, field: String
    ) throws {
        host.keepHistory(bytes: Self.smallest)
        host.end(tasks(1...3))
        let client = try host.connect()
        client.subscribe()
        let request = client.subscribe(since: since)
        host.end(tasks(4...4))
        readAll(client)
        #expect(client.error(of: request)?.field == field)
        #expect(client.pids == [4])
    }

    @Test func `without a history, what ended since an index is lost and counted`() throws {
        let (other, client) = (try host.connect(), try host.connect())
        other.subscribe()
        host.end(tasks(1...10))
        client.subscribe(since: .after(instance: instance, index: 4))
        readAll(client)
        host.end(tasks(11...11))
        client.read()
        #expect(client.received == [.hello, .answer(1), .lost(.history, 6), .live(10), .exit(11)])
    }

    @Test func `losses in the kernel are part of the history, also for a client that resumes within one`() throws {
        host.keepHistory(bytes: Self.smallest)
        host.end(tasks(1...2))
        host.lose(10, cpu: 0)
        host.end(tasks(3...3))
        for (index, loss) in [(0, 10), (2, 10), (7, 5)] as [(UInt64, UInt64)] {
            let client = try host.connect()
            client.subscribe(since: .after(instance: instance, index: index))
            readAll(client)
            #expect(client.losses == [LostRecords(.kernel(cpu: 0), count: loss, index: 12)], "since \(index)")
            #expect(client.pids.last == 3)
        }
        let elsewhere = try host.connect()
        elsewhere.subscribe(cpus: "1", since: .after(instance: instance, index: 0))
        readAll(elsewhere)
        #expect(elsewhere.received == [.hello, .answer(1), .live(13)])
    }

    @Test func `a client that does not read takes little memory, and is told what was discarded meanwhile`() throws {
        host.keepHistory(bytes: Self.smallest)
        host.end(tasks(1...1_000))
        let client = try host.connect()
        client.subscribe(since: .after(instance: instance, index: 0))
        for _ in 0..<10 {
            host.replay()
            host.end(tasks(1...1_000))
            #expect(host.unsentBytes(of: client.id) <= 256 << 10)
        }
        readAll(client)
        let missing = client.losses.reduce(0) { $0 + ($1.count ?? 0) }
        #expect(missing > 0 && client.losses.allSatisfy { $0.place == .history })
        #expect(client.exits.count + Int(missing) == 11_000)
    }

    @Test func `a client with overflow disconnect is disconnected when that happens`() throws {
        host.keepHistory(bytes: Self.smallest)
        host.end(tasks(1...1_000))
        let client = try host.connect()
        client.subscribe(overflow: .disconnect, since: .after(instance: instance, index: 0))
        host.replay()
        for _ in 0..<10 { host.end(tasks(1...1_000)) }
        readAll(client)
        guard case .closing = client.received.last else { throw UnexpectedValue(client.received.last) }
    }

    @Test func `unsubscribing, or another subscription, ends a replay`() throws {
        host.keepHistory(bytes: Self.smallest)
        host.end(tasks(1...5))
        for isReplaced in [false, true] {
            let client = try host.connect()
            client.subscribe(since: .after(instance: instance, index: 0))
            if isReplaced { client.subscribe() } else { client.unsubscribe() }
            readAll(client)
            host.end(tasks(6...6))
            client.read()
            #expect(client.pids == (isReplaced ? [6] : []))
        }
    }

    @Test(arguments: ["caught up", "gone"])
    func `starts are needed from a subscription in the past on, so that none is missing after it`(end: String) throws {
        var settings = BrokerSettings.sample()
        settings.knowsOrigin = true
        let host = TestHost(settings)
        host.keepHistory(bytes: Self.smallest)
        host.end(tasks(1...5))
        let client = try host.connect()
        client.subscribe(starts: true, since: .after(instance: instance, index: 0))
        #expect(host.needsStarts, "before the client has caught up")
        if end == "caught up" {
            host.replay()
            client.read()
            #expect(client.received.contains(.live(5)) && host.needsStarts)
        }
        client.unsubscribe()
        #expect(!host.needsStarts)
    }

    @Test func `origins are kept, with what decides who may see them`() throws {
        host.keepHistory(bytes: Self.smallest, withOrigin: true)
        var record = EndedTask(pid: 5, uid: 1_001).record(sequence: 1)
        var sources = ProcessOrigin.Sources()
        sources.command = .exec
        record.origin = ProcessOrigin(
            commandLine: ProcessCommandLine(["secret"]), executable: nil, cgroup: ControlGroup(path: "/a"),
            parents: nil, startedNanoseconds: nil, session: nil, sources: sources, commandUID: 0)
        host.exited(record)
        let (root, user) = (try host.connect(), try host.connect(.user(1_001)))
        for client in [root, user] { client.subscribe(origin: true, since: .after(instance: instance, index: 0)) }
        readAll(root)
        readAll(user)
        #expect(root.exits.map(\.origin?.commandLine?.arguments) == [["secret"]])
        #expect(user.exits.map(\.origin?.commandLine) == [nil])
        #expect(user.exits.map(\.origin?.cgroup?.path) == ["/a"])
    }

    @Test func `status counts what is kept, for clients that see everything`() throws {
        host.keepHistory(bytes: Self.smallest)
        host.end(tasks(1...3))
        let (root, user) = (try host.connect(), try host.connect(.user(1_001)))
        let history = try #require(root.status()?.daemon?.history)
        #expect(history.records == 3 && history.oldestIndex == 1 && history.limitBytes == Self.smallest)
        #expect(history.bytes > 300 && history.oldestTime == 1_795_400_000_000_000_001)
        #expect(user.status()?.daemon == nil)
    }
}
