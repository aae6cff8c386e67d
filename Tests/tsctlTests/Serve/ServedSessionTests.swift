import Taskstats
import TaskstatsProtocol
import TestSupport
import Testing

@testable import tsctl

/// The connection of a served daemon, without a socket.
@Suite struct ServedSessionTests {
    /// A connection whose client reads everything at once.
    private struct Client {
        var session: ServedSession
        var now: UInt64 = 0

        init(_ recording: ServedRecording, _ behavior: ServeBehavior = ServeBehavior()) {
            var server = recording.header.server
            server.possibleCPUs = "0-3"
            session = ServedSession(recording, behavior, server)
            _ = lines()
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
            case .start, .unknown: "other"
            }
        }

        mutating func request(_ call: Request.Call) -> [String] {
            session.handle(
                Request(id: .integer(1), call: call),
                at: ServedSession.Present(monotonic: now, realtime: SampleRecording.start + 3_600_000_000_000),
                ServedSession.Counts(clients: 1, subscribers: 0, uptime: .zero))
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
                "exit 1 1", "lost kernel(cpu: 1) 1 2", "exit 3 3", "lost queue 1 6", "exit 7 7",
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
        #expect(client.request(.get(.cgroup("/sys/fs/cgroup/x"), fields: .all)) == ["error Unavailable cgroup"])
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
            ServedSession.Counts(clients: 1, subscribers: 0, uptime: .zero))
        _ = session.play(at: 0)
        #expect(session.output.count < 128 << 10)
        #expect(!session.wantsRequests)
    }
}
