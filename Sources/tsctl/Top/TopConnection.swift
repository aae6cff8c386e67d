import CommandSupport
import LinuxSystem
import Taskstats

/// The two connections of top: one for queries, one for exits.
///
/// Both are restored when the daemon returns.
struct TopConnection {
    private let requests: TaskstatsConnection
    /// The connection for exits.
    private let exits: TaskstatsConnection
    private(set) var subject: TopModel.Subject
    /// Whether control groups are needed.
    let needsControlGroups: Bool
    /// The reason why the daemon cannot be reached; nil if it can.
    private(set) var connectionError: TaskstatsError?

    /// The maximum time in which a sample reads the records of earlier exits; further records are only counted.
    private static let readingMicroseconds: UInt64 = 200_000
    private static let fields = TimeKind.fields.union(TopRow.Identity.fields).union(TaskRecord.cpuTimeFields)
        .union(StorageLedger.fields).union([.acTgetime, .acTgid, .acFlag, .acExitcode, .acPid])

    /// Connects and subscribes to exits.
    init(
        _ options: ConnectionOptions, subject: TopModel.Subject, needsControlGroups: Bool = false
    ) throws(TaskstatsError) {
        requests = try options.connect()
        exits = try options.connect()
        // Counting texts takes a fraction of the time of decoding them.
        exits.keepsText = true
        self.subject = subject
        self.needsControlGroups = needsControlGroups
        try subscribe()
    }

    var server: ServerInfo { requests.server }
    /// The tick of the kernel.
    var tick: Duration { server.tick ?? CPUTime.longestTick }

    /// Subscribes to exits from now on; on return, the records of earlier exits were received.
    func subscribe() throws(TaskstatsError) {
        // Every thread, even for processes: the time that their last records lack is missing from the sums.
        let origin = needsControlGroups && OriginFeature.isOffered(by: exits.server)
        try exits.subscribe(Subscription(fields: Self.fields, origin: origin))
    }

    /// Switches between threads and processes.
    mutating func change(to subject: TopModel.Subject) throws(TaskstatsError) {
        self.subject = subject
        try subscribe()
    }

    /// Runs one round: a sample of all living tasks, the exits before it, and further queries for doubtful tasks.
    func round(_ model: inout TopModel) throws {
        let requests = model.requests(for: try ids())
        let begin = SystemClock.monotonicMicroseconds
        let answers = try RateLimitedQueries.send(requests, on: self.requests)
        model.update(with: Array(zip(requests, answers)), during: begin...SystemClock.monotonicMicroseconds)
        // Before the exits: a thread that is not listed any more has ended, and its exit comes now.
        let storageQueries = model.storageQueries(listing: ProcessDirectory.threads)
        model.addStorage(Array(zip(storageQueries, try RateLimitedQueries.send(storageQueries, on: self.requests))))
        try subscribe()
        let end = SystemClock.monotonicMicroseconds + Self.readingMicroseconds
        while let event = try exits.nextReceivedText() {
            if case .exit(let params) = event, SystemClock.monotonicMicroseconds > end {
                if subject == .thread || Self.endsProcess(params) {
                    model.addUnreadExit()
                } else {
                    model.addUnreadThreadExit()
                }
            } else {
                try deliver(event, to: &model)
            }
        }
        let doubts = model.doubts
        let again = SystemClock.monotonicMicroseconds
        let resolved = try RateLimitedQueries.send(doubts, on: self.requests)
        model.resolveDoubts(with: Array(zip(doubts, resolved)), during: again...SystemClock.monotonicMicroseconds)
    }

    /// Returns whether the task ended its process, or may have, from the text of its record.
    private static func endsProcess(_ params: [UInt8]) -> Bool {
        // The keys before the statistics have a fixed order, and none of them contains text of the task.
        params.prefix(160).firstRange(of: Array(#""last":false"#.utf8)) == nil
    }

    /// Returns whether delays are counted now.
    func delayAccounting() throws(TaskstatsError) -> Bool? { try requests.status().delayAccounting }

    /// Takes exits until the descriptor is readable.
    func collect(_ model: inout TopModel, interruptedBy descriptor: Int32) throws(TaskstatsError) {
        while let event = try exits.nextText(interruptedBy: descriptor) { try deliver(event, to: &model) }
    }

    private func deliver(_ event: TaskstatsConnection.TextEvent, to model: inout TopModel) throws(TaskstatsError) {
        switch event {
        case .exit(let params): model.ended(try exits.exit(in: params))
        case .other(.exit(let record)): model.ended(record)
        case .other(.lost(let loss)): model.lost(loss.count ?? 0)
        // The next wait throws the reason.
        case .other(.closing), .other(.start), .other(.live): break
        }
    }

    /// Records that the daemon cannot be reached.
    mutating func recordLoss(_ error: TaskstatsError) { connectionError = error }

    /// Tries to reconnect once; returns whether that succeeded.
    mutating func reconnect() -> Bool {
        do throws(TaskstatsError) {
            try requests.reconnect()
            try exits.reconnect()
            try subscribe()
            connectionError = nil
            return true
        } catch {
            connectionError = error
            return false
        }
    }

    private func ids() throws(Failure) -> [UInt32] {
        let owner = server.access == .all ? nil : server.uid
        let processes = try ProcessDirectory.processes(ofUser: owner)
        return subject == .process ? processes : processes.flatMap { ProcessDirectory.threads(of: $0) ?? [] }
    }
}
