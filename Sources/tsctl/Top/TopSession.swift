import TaskstatsClient

/// top without its output: the daemon, what came of it, and how somebody wants to look at it.
struct TopSession {
    var view: TopView
    private(set) var state = TopScreen.State()
    private var connection: TopConnection
    private var model: TopModel
    private var system = SystemFigures.now()
    private var names = AccountNames()
    private var looks = 0

    /// In how many looks the state of delay accounting is asked for once.
    private static let looksOfDelayAccounting = 5

    init(_ connection: TopConnection, view: TopView) {
        self.connection = connection
        self.view = view
        model = TopModel(subject: connection.subject)
        state.subject = connection.subject
        state.access = connection.server.access
        state.delayAccounting = connection.server.delayAccounting
    }

    var server: ServerInfo { connection.server }

    /// Takes in what ends until the descriptor is readable; false when there is no daemon to wait for.
    mutating func collect(interruptedBy descriptor: Int32) throws(TaskstatsError) -> Bool {
        guard connection.trouble == nil else { return false }
        while let event = try connection.ends.next(interruptedBy: descriptor) {
            TopConnection.tell(event, to: &model)
        }
        return true
    }

    /// Looks at everything; whether this closed an interval.
    mutating func look() throws -> Bool {
        if connection.trouble != nil {
            guard connection.returned() else {
                if let error = connection.trouble { lost(error) }
                return false
            }
            (state.trouble, state.notice) = (nil, "taskstatsd is back; what ended meanwhile is not known")
            model.isPartial = true
        }
        try connection.round(&model)
        if looks % Self.looksOfDelayAccounting == 0 { state.delayAccounting = try connection.delayAccounting() }
        looks += 1
        let now = SystemFigures.now()
        defer { system = now }
        guard let interval = model.finish(at: Moment.nanosecondsSince1970) else { return false }
        guard !view.isPaused else { return true }
        if !interval.isPartial { state.notice = nil }
        (state.interval, state.system) = (interval, now.since(system))
        return true
    }

    /// Takes note that the daemon is gone; what is known stays.
    mutating func lost(_ error: TaskstatsError) {
        connection.lost(error)
        state.trouble = "trying again: \(error.message)"
    }

    /// Looks at threads instead of processes, or back; from now on.
    mutating func changeSubject() throws {
        let subject: TopModel.Subject = state.subject == .process ? .thread : .process
        try connection.change(to: subject)
        model = TopModel(subject: subject)
        (state.subject, state.interval) = (subject, nil)
    }

    /// What to show on a screen of that size.
    mutating func lines(width: Int?, height: Int?, style: Style) -> [String] {
        TopScreen(state: state, view: view, style: style, width: width, height: height).lines(&names)
    }

    /// The last interval as a line of JSON.
    mutating func json() -> [UInt8]? {
        state.interval.map { $0.json(view.rows(of: $0, &names), system: state.system, subject: state.subject) }
    }
}
