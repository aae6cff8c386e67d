import TaskstatsClient

/// The two connections of top: one for questions, one on which ends are told.
///
/// Both come back when the daemon does.
struct TopConnection {
    private let questions: TaskstatsConnection
    /// Where ends are told.
    let ends: TaskstatsConnection
    private(set) var subject: TopModel.Subject
    /// Why the daemon cannot be reached; nil while it can.
    private(set) var trouble: TaskstatsError?

    private static let fields = TimeKind.fields.union(TopRow.Identity.fields).union([
        .acTgetime, .acTgid, .acFlag, .acExitcode, .acPid,
    ])

    /// Connects and asks for ends.
    init(_ options: ConnectionOptions, subject: TopModel.Subject) throws(TaskstatsError) {
        questions = try options.connect()
        ends = try options.connect()
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
        while let event = try ends.nextReceived() { Self.tell(event, to: &model) }
        let doubts = model.doubts
        let again = Moment.monotonicMicroseconds
        let resolved = try Survey.ask(doubts, on: self.questions)
        model.resolved(Array(zip(doubts, resolved)), during: again...Moment.monotonicMicroseconds)
    }

    /// Whether delays are counted now.
    func delayAccounting() throws(TaskstatsError) -> Bool? { try questions.status().delayAccounting }

    /// Passes on what was told.
    static func tell(_ event: TaskstatsEvent, to model: inout TopModel) {
        switch event {
        case .exit(let record): model.ended(record)
        case .lost(let loss): model.lost(loss.count)
        // The next wait throws, with the reason.
        case .closing: break
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
