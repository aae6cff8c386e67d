import CommandSupport
import LinuxSystem
import Taskstats

/// The two connections to the daemon: one for exits, one for queries.
struct DaemonLink {
    private let exits: TaskstatsConnection
    private let queries: TaskstatsConnection
    /// Whether the daemon still sends what ended while there was no connection.
    private(set) var isCatchingUp = false

    /// The time limit of a reply; a scraper does not wait longer.
    private static let timeout = Duration.seconds(5)

    /// Connects and subscribes to exits from now on.
    init(path: String, by grouping: Grouping) throws(TaskstatsError) {
        queries = try TaskstatsConnection.connect(path: path, timeout: Self.timeout)
        exits = try TaskstatsConnection.connect(path: path, timeout: Self.timeout)
        exits.keepsText = true
        let origin = grouping.requiresOrigin && queries.server.features.contains("origin")
        try exits.subscribe(Subscription(fields: ExporterModel.fields(by: grouping), origin: origin))
    }

    /// The daemon.
    var server: ServerInfo { exits.server }

    /// Replaces both connections; returns false if records are missing without a report.
    mutating func reconnect() throws(TaskstatsError) -> Bool {
        try queries.reconnect()
        try exits.reconnect()
        let resumes = exits.server.features.contains(ServerInfo.sinceFeature)
        isCatchingUp = resumes
        // Such a daemon reports what it does not keep, even of another instance.
        return resumes
    }

    /// Adds exits to the model until the descriptor is readable.
    mutating func collect(
        into model: inout ExporterModel, interruptedBy descriptor: Int32
    ) throws(TaskstatsError) {
        while let event = try exits.nextText(interruptedBy: descriptor) { try deliver(event, to: &model) }
    }

    /// Adds all exits up to now, and a sample of the living tasks; returns whether delays are counted.
    ///
    /// It must not be called while ``isCatchingUp``: what ended before the connection must be counted before any sample.
    mutating func snapshot(_ model: inout ExporterModel, with sampler: LivingSampler) throws -> Bool? {
        precondition(!isCatchingUp, "a sample while earlier exits are missing")
        model.beginSample()
        do {
            let sample = try sampler.sample(on: queries)
            let status = try queries.status()
            try synchronize(&model)
            model.finishSample(sample.tasks, listed: sample.listed, during: sample.time)
            return status.delayAccounting
        } catch {
            model.abandonSample()
            throw error
        }
    }

    private mutating func synchronize(_ model: inout ExporterModel) throws(TaskstatsError) {
        var link = self
        try exits.synchronize { (event) throws(TaskstatsError) in try link.deliver(event, to: &model) }
        self = link
    }

    private mutating func deliver(
        _ event: TaskstatsConnection.TextEvent, to model: inout ExporterModel
    ) throws(TaskstatsError) {
        switch event {
        case .exit(let params):
            model.ended(try exits.exit(in: params, origin: .cgroup), at: SystemClock.monotonicMicroseconds)
        case .other(.lost(let loss)): model.lost(loss)
        case .other(.live): isCatchingUp = false
        // The next wait throws the reason.
        case .other: break
        }
    }
}
