import CommandSupport
import LinuxSystem
import Taskstats

/// The thread that counts: it owns the model and the connections to the daemon.
///
/// It waits for exits and for requests, and has no timer while the daemon is connected: without a scrape it wakes only to
/// count what has ended. Living tasks are sampled for a scrape, at no other time. While the daemon cannot be reached, it
/// tries to reconnect with growing pauses, and answers requests with what has been counted.
struct Collector {
    /// What the collector needs to know.
    struct Settings: Sendable {
        var socket: String
        var grouping: Grouping
        var groupLimit: Int
        /// The time without a change after which a group can give way to a new one, in seconds.
        var idleSeconds: UInt64
    }

    private let settings: Settings
    private let requests: SnapshotRequests
    private var model: ExporterModel
    private let sampler: LivingSampler
    private var link: DaemonLink?
    private var isConnected = false
    private var delayAccounting: Bool?
    private var serial: UInt64 = 0
    private var sampleMicroseconds: UInt64 = 0
    private let policy = Reconnection.always

    /// Starts the thread; `end` is called with an error that another attempt would not change.
    static func start(
        _ settings: Settings, _ requests: SnapshotRequests, end: @escaping @Sendable (Failure) -> Void
    ) throws(SystemError) {
        try WorkerThread(Collector(settings, requests)) { end($0.run()) }.detach()
    }

    private init(_ settings: Settings, _ requests: SnapshotRequests) {
        self.settings = settings
        self.requests = requests
        model = ExporterModel(by: settings.grouping, limit: settings.groupLimit, idleSeconds: settings.idleSeconds)
        sampler = LivingSampler(by: settings.grouping)
    }

    private mutating func run() -> Failure {
        var attempt = 1
        while true {
            do {
                try connect()
                if attempt > 1 { Message.print("connected to \(link?.server.server ?? "the daemon")") }
                attempt = 1
                while true {
                    try link?.collect(into: &model, interruptedBy: requests.descriptor)
                    try answer()
                }
            } catch let error as TaskstatsError {
                if isConnected || attempt == 1 { Message.print("\(error.message); reconnecting") }
                isConnected = false
                guard let pause = policy.delay(beforeAttempt: attempt, after: error) else {
                    return Failure(error.message)
                }
                attempt += 1
                wait(for: pause)
            } catch {
                return (error as? Failure) ?? Failure("\(error)")
            }
        }
    }

    private mutating func connect() throws(TaskstatsError) {
        if link == nil {
            link = try DaemonLink(path: settings.socket, by: settings.grouping)
        } else if try link?.reconnect() == false {
            model.addGap()
        }
        guard let server = link?.server else { return }
        model.tick = server.tick ?? CPUTime.longestTick
        isConnected = true
        if server.access != .all {
            Message.print(
                "only the processes of this user are counted: add the user to the group taskstats to count all")
        }
        if settings.grouping.requiresOrigin, !server.features.contains("origin") {
            Message.print(
                "\(server.server) does not report where processes belong, so tasks that end between two scrapes "
                    + "count as (unknown); run 'tsctl doctor' for the reason")
        }
    }

    /// Answers the requests that wait; throws when the daemon is lost.
    private mutating func answer() throws {
        let waiting = requests.take()
        guard !waiting.isEmpty else { return }
        let begin = SystemClock.monotonicMicroseconds
        guard link?.isCatchingUp == false else {
            return requests.answer(waiting, with: snapshot(isUp: false), begin: begin)
        }
        do {
            delayAccounting = try link?.snapshot(&model, with: sampler)
            sampleMicroseconds = SystemClock.monotonicMicroseconds - begin
        } catch {
            requests.answer(waiting, with: snapshot(isUp: false), begin: begin)
            throw error
        }
        requests.answer(waiting, with: snapshot(isUp: true), begin: begin)
    }

    /// Waits until the next attempt to connect, and answers requests meanwhile.
    private mutating func wait(for pause: Duration) {
        let end = ContinuousClock.now + pause
        while ContinuousClock.now < end {
            requests.wait(for: end - .now)
            let waiting = requests.take()
            if !waiting.isEmpty {
                requests.answer(waiting, with: snapshot(isUp: false), begin: 0)
            }
        }
    }

    private mutating func snapshot(isUp: Bool) -> ExporterSnapshot {
        serial += 1
        return ExporterSnapshot(
            groups: model.groups, losses: model.losses, records: model.records, implausible: model.implausible,
            uncounted: model.uncounted, lastIndex: model.lastIndex, living: model.living, isUp: isUp,
            delayAccounting: delayAccounting,
            server: link?.server, grouping: settings.grouping, sampleMicroseconds: sampleMicroseconds, serial: serial)
    }
}
