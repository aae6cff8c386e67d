import CommandSupport
import Taskstats
import TaskstatsProtocol
import TestSupport
import Testing

@testable import tsctl

extension ServedSession.Counts {
    /// Two connections, of which one has a subscription.
    fileprivate static let sample = Self(
        clients: 2, subscriptions: [CPUSet(1...3)], queuedBytes: 0, queueHighWater: 0, uptime: .zero)
}

/// The connection of a served daemon, without a socket.
@Suite struct ServedSessionTests {
    /// A connection whose client reads everything at once.
    private struct Client {
        var session: ServedSession
        var now: UInt64 = 0

        init(_ recording: ServedRecording, _ behavior: ServeBehavior = ServeBehavior()) {
            session = ServedSession(
                recording, behavior, RecordingServer.server(recording.header, instance: nil))
            _ = lines()
        }

        mutating func status() throws -> DaemonStatus {
            session.handle(Request(id: .integer(1), call: .status), at: .init(monotonic: 0, realtime: 0), .sample)
            let event = try unsafe session.output.dropLast().withUnsafeBytes { try unsafe EventReader.read($0) }
            guard case .reply(_, .status(let status)) = event else { throw UnexpectedValue(event) }
            session.sent(session.output.count)
            return status
        }

        /// Returns the events of the lines so far.
        mutating func lines() -> [String] {
            var text: [UInt8] = []
            repeat {
                text += session.output
                session.sent(session.output.count)
                _ = session.play(at: now)
            } while !session.output.isEmpty
            return text.split(separator: UInt8(ascii: "\n")).map { line in
                let event = unsafe line.withUnsafeBytes { line in Result { unsafe try EventReader.read(line) } }
                guard case .success(let event) = event else { return "cut" }
                return Self.text(event)
            }
        }

        private static func text(_ event: ServerEvent) -> String {
            switch event {
            case .hello: "hello"
            case .exit(let record): "exit \(record.pid) \(record.index ?? 0)"
            case .lost(let loss): "lost \(loss.place) \(loss.count.map(String.init) ?? "?") \(loss.index ?? 0)"
            case .live(let index): "live \(index)"
            case .closing(let reason): "closing \(reason)"
            case .refusal(let error), .reply(_, .error(let error)): "error \(error.name.rawValue) \(error.field ?? "")"
            case .reply(_, .subscription(_, _, let position)): "subscribed \(position ?? 0)"
            case .reply: "reply"
            case .start(let start): "start \(start.pid)"
            case .unknown: "other"
            }
        }

        mutating func request(_ call: Request.Call) -> [String] {
            session.handle(
                Request(id: .integer(1), call: call),
                at: ServedSession.Present(monotonic: now, realtime: SampleRecording.start + 3_600_000_000_000),
                .sample)
            return lines()
        }

        mutating func subscribe(_ change: (inout Subscription) -> Void = { _ in }) -> [String] {
            var subscription = Subscription()
            change(&subscription)
            return request(.subscribe(subscription, cpuList: "all"))
        }
    }

    @Test func `a subscription plays the recording from its beginning`() {
        var client = Client(SampleRecording.tasks(3))
        #expect(client.subscribe() == ["subscribed 0", "exit 1 1", "exit 2 2", "exit 3 3"])
    }

    @Test func `another subscription continues where the first one was`() {
        var client = Client(SampleRecording.tasks(3), ServeBehavior(speed: 1))
        #expect(client.subscribe() == ["subscribed 0", "exit 1 1"])
        client.now = 1_000_000_000
        #expect(client.lines() == ["exit 2 2"])
        #expect(client.subscribe() == ["subscribed 2", "exit 3 3"])
    }

    @Test func `filters, scopes and CPUs select as in the daemon`() {
        var client = Client(SampleRecording.tasks(4))
        #expect(
            client.subscribe { $0.filter.commands = [GlobPattern("ma*")].compactMap(\.self) }.dropFirst() == [
                "exit 2 2", "exit 4 4",
            ])
    }

    @Test func `with a speed, records come at their times`() {
        var client = Client(SampleRecording.tasks(3), ServeBehavior(speed: 2))
        #expect(client.subscribe() == ["subscribed 0", "exit 1 1"])
        #expect(client.session.play(at: client.now) == 500_000_000)
        client.now = 499_999_999
        #expect(client.lines().isEmpty)
        client.now = 500_000_000
        #expect(client.lines() == ["exit 2 2"])
    }

    @Test func `since an index everything after it comes, then live`() {
        var client = Client(SampleRecording.tasks(4))
        let lines = client.subscribe { $0.since = .after(instance: "9f0c", index: 2) }
        #expect(lines == ["subscribed 2", "exit 3 3", "exit 4 4", "live 4"])
        #expect(client.subscribe { $0.since = .after(instance: "9f0c", index: 4) } == ["subscribed 4", "live 4"])
        #expect(
            client.subscribe { $0.since = .after(instance: "9f0c", index: 5) } == ["error InvalidParams since.index"])
    }

    @Test func `since an index of another instance everything comes after a loss of unknown size`() {
        var client = Client(SampleRecording.tasks(1))
        let lines = client.subscribe { $0.since = .after(instance: "other", index: 70) }
        #expect(lines.dropFirst() == ["lost history ? 0", "exit 1 1", "live 1"])
    }

    @Test func `since a time or a duration the recording is cut`() {
        var client = Client(SampleRecording.tasks(4))
        let time = SampleRecording.start + 3_000_000_000
        #expect(client.subscribe { $0.since = .time(time) }.dropFirst() == ["exit 3 3", "exit 4 4", "live 4"])
        #expect(client.subscribe { $0.since = .ago(.seconds(1)) }.dropFirst() == ["exit 3 3", "exit 4 4", "live 4"])
        #expect(client.subscribe { $0.since = .ago(.seconds(60)) }.dropFirst().first == "lost history ? 0")
        #expect(client.subscribe { $0.since = .time(time * 2) } == ["error InvalidParams since"])
    }

    @Test(arguments: [(AccessTier.all, "2"), (.own, "?")])
    func `what the history does not keep is a loss, counted for access all`(_ access: AccessTier, _ count: String)
        throws
    {
        let behavior = ServeBehavior(losses: [try #require(LossRule("history:3"))])
        var client = Client(SampleRecording.tasks(4, access: access), behavior)
        let lines = client.subscribe { $0.since = .after(instance: "9f0c", index: 1) }
        #expect(lines.dropFirst() == ["lost history \(count) 3", "exit 4 4", "live 4"])
    }

    @Test func `losses are reported before the next line, in the queue only for wanted records`() throws {
        let losses = [try #require(LossRule("kernel:1@2")), try #require(LossRule("queue:3@4"))]
        var client = Client(SampleRecording.tasks(7), ServeBehavior(losses: losses))
        let lines = client.subscribe { $0.filter.commands = [GlobPattern("git")].compactMap(\.self) }
        #expect(
            lines.dropFirst() == [
                "exit 1 1", "lost kernel(cpu: 1) 1 2", "exit 3 3", "lost queue 1 5", "exit 7 7",
            ])
    }

    @Test func `losses at the end are reported too`() throws {
        let losses = [try #require(LossRule("kernel:1@3"))]
        var client = Client(SampleRecording.tasks(3), ServeBehavior(losses: losses))
        #expect(client.subscribe().last == "lost kernel(cpu: 0) 1 3")
    }

    @Test func `recorded losses take indexes`() {
        var recording = SampleRecording.tasks(1)
        recording.append(LostRecords(.kernel(cpu: 0), count: 5))
        recording.append(SampleRecording.exit(2))
        var client = Client(recording)
        #expect(client.subscribe().dropFirst() == ["exit 1 1", "lost kernel(cpu: 0) 5 6", "exit 2 7"])
    }

    @Test func `with overflow disconnect the first loss ends the connection`() throws {
        let losses = [try #require(LossRule("queue:1@2"))]
        var client = Client(SampleRecording.tasks(3), ServeBehavior(losses: losses))
        let lines = client.subscribe { $0.overflow = .disconnect }
        #expect(lines.last?.hasPrefix("closing records arrived faster") == true)
        #expect(client.session.ending == .closing)
    }

    @Test func `it closes and vanishes on demand`() {
        var closing = Client(SampleRecording.tasks(3), ServeBehavior(closing: .records(2)))
        #expect(closing.subscribe().suffix(2) == ["exit 2 2", "closing closed on demand (--close-after)"])
        var vanishing = Client(SampleRecording.tasks(3), ServeBehavior(vanishing: .records(2)))
        #expect(vanishing.subscribe().suffix(2) == ["exit 2 2", "cut"])
        #expect(vanishing.session.ending == .vanishing)
    }

    @Test func `get answers with the recorded task`() throws {
        var client = Client(SampleRecording.tasks(3))
        #expect(client.request(.get(.pid(2), fields: .all)) == ["reply"])
        #expect(client.request(.get(.tgid(3), fields: .all)) == ["reply"])
        #expect(client.request(.get(.pid(4), fields: .all)) == ["error NoSuchTask "])
    }

    @Test func `get of a cgroup is refused as on a host with cgroup version 2`() {
        var client = Client(SampleRecording.tasks(3))
        #expect(client.request(.get(.cgroup("/sys/fs/cgroup/x"), fields: .all)) == ["error Unavailable "])
        #expect(client.request(.get(.cgroup("/sys/fs/x"), fields: .all)) == ["error PermissionDenied "])
        #expect(client.request(.get(.cgroup("x"), fields: .all)) == ["error InvalidParams cgroup"])
    }

    private static func withStarts() -> ServedRecording {
        var recording = ServedRecording(header: SampleRecording.header(starts: true))
        recording.append(SampleOrigin.start(pid: 1))
        recording.append(SampleRecording.exit(1))
        recording.append(LostRecords(.starts, count: 4))
        recording.append(SampleOrigin.start(pid: 2))
        recording.append(SampleRecording.exit(2))
        return recording
    }

    @Test func `starts are played where they were recorded, with their losses`() {
        var client = Client(Self.withStarts())
        #expect(
            client.subscribe { $0.starts = true }.dropFirst() == [
                "start 1", "exit 1 1", "lost starts 4 1", "start 2", "exit 2 2",
            ])
        #expect(client.session.counters.delivered == 4)
        #expect(client.session.counters.lostInKernel == 4)
    }

    @Test func `with a speed, starts come at their times`() {
        var recording = ServedRecording(header: SampleRecording.header(starts: true))
        recording.append(SampleRecording.exit(1))
        var start = SampleOrigin.start(pid: 2)
        start.time = SampleRecording.exit(1).time + 250_000_000
        recording.append(start)
        var client = Client(recording, ServeBehavior(speed: 1))
        #expect(client.subscribe { $0.starts = true } == ["subscribed 0", "exit 1 1"])
        #expect(client.session.play(at: client.now) == 250_000_000)
        client.now = 250_000_000
        #expect(client.lines() == ["start 2"])
    }

    @Test func `starts are sent to those subscriptions only that request and select them`() {
        var client = Client(Self.withStarts())
        #expect(client.subscribe().dropFirst() == ["exit 1 1", "exit 2 2"])
        var other = Client(Self.withStarts())
        let lines = other.subscribe {
            $0.starts = true
            $0.filter.exit = .ok
        }
        #expect(lines.dropFirst() == ["exit 1 1", "lost starts 4 1", "exit 2 2"])
    }

    @Test func `a history has no starts`() {
        var client = Client(Self.withStarts())
        let lines = client.subscribe {
            $0.starts = true
            $0.since = .after(instance: "9f0c", index: 0)
        }
        #expect(lines.dropFirst() == ["exit 1 1", "exit 2 2", "live 2"])
    }

    @Test func `only the last line of a gap has the index behind it`() throws {
        let losses = [try #require(LossRule("kernel:1@2")), try #require(LossRule("queue:2@3"))]
        var client = Client(SampleRecording.tasks(5), ServeBehavior(losses: losses))
        #expect(
            client.subscribe().dropFirst() == ["exit 1 1", "lost kernel(cpu: 1) 1 1", "lost queue 2 4", "exit 5 5"])
    }

    @Test func `the status has the counters of the recorded daemon and its history`() throws {
        var recording = SampleRecording.tasks(5)
        recording.append(LostRecords(.kernel(cpu: 1), count: 7))
        var client = Client(recording, ServeBehavior(losses: [try #require(LossRule("history:2"))]))
        let daemon = try #require(client.status().daemon)
        #expect(daemon.cpus.map(\.cpu) == [0, 1, 2, 3])
        #expect(daemon.cpus.map(\.received) == [3, 2, 0, 0])
        #expect(daemon.cpus.map(\.lost) == [0, 7, 0, 0])
        #expect(daemon.cpus.map(\.subscribers) == [1, 2, 2, 2])
        #expect(daemon.registeredCPUs == CPUSet(0...3))
        #expect(daemon.subscribers == 1)
        #expect(daemon.origin == nil)
        let history = try #require(daemon.history)
        #expect(history.records == 3)
        #expect(history.oldestIndex == 3)
        #expect(history.oldestTime == SampleRecording.exit(3).time)
        #expect((1..<history.limitBytes).contains(history.bytes))
        var own = Client(SampleRecording.tasks(5, access: .own))
        #expect(try own.status().daemon == nil)
    }

    @Test func `the status counts the recorded origins and starts`() throws {
        var client = Client(Self.withStarts())
        let origin = try #require(try client.status().daemon?.origin)
        #expect(origin.starts == 2)
        #expect(origin.eventsLost == 4)
        #expect(origin.commands.unknown == 2)
    }

    @Test func `starts are unavailable, as in a daemon that does not know the origin of processes`() {
        var client = Client(SampleRecording.tasks(1))
        #expect(client.subscribe { $0.starts = true } == ["error Unavailable starts"])
    }

    @Test func `the scope of processes needs a kernel that marks their end`() {
        var client = Client(ServedRecording(header: SampleRecording.header(version: 11)))
        #expect(client.subscribe { $0.scope = .process } == ["error Unavailable scope"])
    }

    @Test func `requests are refused on demand`() throws {
        var client = Client(
            SampleRecording.tasks(1), ServeBehavior(refusals: [try #require(RefusalRule("status=KernelError"))]))
        #expect(client.request(.status) == ["error KernelError "])
        #expect(client.request(.describe) == ["reply"])
    }

    @Test func `the eighth bad line in a row ends the connection`() {
        var client = Client(SampleRecording.tasks(1))
        let failure = RequestDecoder.Failure(id: nil, error: ProtocolError(.parseError, "invalid JSON"))
        for _ in 1...7 { client.session.reject(failure) }
        #expect(client.session.ending == nil)
        client.session.reject(failure)
        #expect(client.lines().last == "closing 8 bad lines in a row")
    }

    @Test func `it plays no further than its client reads`() {
        var session = ServedSession(
            SampleRecording.tasks(5_000), ServeBehavior(), SampleRecording.header().server)
        session.handle(
            Request(id: .integer(1), call: .subscribe(Subscription(), cpuList: "all")),
            at: ServedSession.Present(monotonic: 0, realtime: 0),
            .sample)
        _ = session.play(at: 0)
        #expect(session.output.count < 128 << 10)
        #expect(!session.wantsRequests)
    }
}
