import TaskstatsClient

/// The two connections of top: one for questions, one on which ends are told.
///
/// Both come back when the daemon does.
struct TopConnection {
    private let questions: TaskstatsConnection
    /// Where ends are told.
    private let ends: TaskstatsConnection
    private(set) var subject: TopModel.Subject
    /// Why the daemon cannot be reached; nil while it can.
    private(set) var trouble: TaskstatsError?

    /// For how long at most a look reads the records of those that ended before it; others it only counts.
    private static let readingMicroseconds: UInt64 = 200_000
    private static let fields = TimeKind.fields.union(TopRow.Identity.fields).union([
        .acTgetime, .acTgid, .acFlag, .acExitcode, .acPid,
    ])

    /// Connects and asks for ends.
    init(_ options: ConnectionOptions, subject: TopModel.Subject) throws(TaskstatsError) {
        questions = try options.connect()
        ends = try options.connect()
        // Counting a text takes a fraction of the time that reading it does.
        ends.keepsText = true
        self.subject = subject
        try subscribe()
    }

    var server: ServerInfo { questions.server }

    /// Asks for ends from now on; when this returns, those that came before have been received.
    func subscribe() throws(TaskstatsError) {
        do throws(TaskstatsError) {
            try ends.subscribe(Subscription(scope: subject == .process ? .process : .task, fields: Self.fields))
        } catch  where error.code == .unavailable && subject == .process {
            // Such old kernels do not say which task ends its process.
            try ends.subscribe(Subscription(fields: Self.fields))
        }
    }

    /// Looks at threads instead of processes, or back.
    mutating func change(to subject: TopModel.Subject) throws(TaskstatsError) {
        self.subject = subject
        try subscribe()
    }

    /// One round: a look at all that lives, everything that ended before, and the closer look where that is needed.
    func round(_ model: inout TopModel) throws {
        let questions = model.questions(for: try ids())
        let begin = Moment.monotonicMicroseconds
        let answers = try Survey.ask(questions, on: self.questions)
        model.saw(Array(zip(questions, answers)), during: begin...Moment.monotonicMicroseconds)
        try subscribe()
        let end = Moment.monotonicMicroseconds + Self.readingMicroseconds
        while let event = try ends.nextReceivedText() {
            if case .exit = event, Moment.monotonicMicroseconds > end {
                model.endedUnread()
            } else {
                try tell(event, to: &model)
            }
        }
        let doubts = model.doubts
        let again = Moment.monotonicMicroseconds
        let resolved = try Survey.ask(doubts, on: self.questions)
        model.resolved(Array(zip(doubts, resolved)), during: again...Moment.monotonicMicroseconds)
    }

    /// Whether delays are counted now.
    func delayAccounting() throws(TaskstatsError) -> Bool? { try questions.status().delayAccounting }

    /// Takes in what ends until the descriptor is readable.
    func collect(_ model: inout TopModel, interruptedBy descriptor: Int32) throws(TaskstatsError) {
        while let event = try ends.nextText(interruptedBy: descriptor) { try tell(event, to: &model) }
    }

    private func tell(_ event: TaskstatsConnection.TextEvent, to model: inout TopModel) throws(TaskstatsError) {
        switch event {
        case .exit(let params): model.ended(try ends.exit(in: params))
        case .other(.exit(let record)): model.ended(record)
        case .other(.lost(let loss)): model.lost(loss.count)
        // The next wait throws, with the reason.
        case .other(.closing): break
        }
    }

    /// Takes note that the daemon cannot be reached.
    mutating func lost(_ error: TaskstatsError) { trouble = error }

    /// Tries once to come back; whether that worked.
    mutating func returned() -> Bool {
        do throws(TaskstatsError) {
            try questions.reconnect()
            try ends.reconnect()
            try subscribe()
            trouble = nil
            return true
        } catch {
            trouble = error
            return false
        }
    }

    private func ids() throws(Failure) -> [UInt32] {
        let owner = server.access == .all ? nil : server.uid
        let processes = try ProcessDirectory.processes(ofUser: owner)
        return subject == .process ? processes : processes.flatMap { ProcessDirectory.threads(of: $0) ?? [] }
    }
}
