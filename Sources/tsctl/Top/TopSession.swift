import TaskstatsClient

/// top without its output: what is known, and how somebody wants to look at it.
///
/// Nothing here waits.
struct TopSession {
    /// What news changed.
    struct Update {
        /// Whether there was any.
        var isAny = false
        /// Whether there is another interval.
        var isNewInterval = false
        /// How long the look took that is over now, in milliseconds; nil when none is.
        var lookMilliseconds: Int?
    }

    var view: TopView
    private(set) var state = TopScreen.State()
    let server: ServerInfo
    private let looker: TopLooker
    private var names = AccountNames()
    private var orders = 0
    private var lookBegan: UInt64 = 0

    /// After how many seconds of looking somebody wants to know why there is nothing new.
    static let patienceSeconds = 2

    init(_ connection: sending TopConnection, view: TopView) throws(Failure) {
        self.view = view
        server = connection.server
        state.subject = connection.subject
        state.access = server.access
        state.delayAccounting = server.delayAccounting
        looker = try TopLooker.start(connection)
    }

    /// Readable while there is news.
    var descriptor: Int32 { looker.descriptor }

    /// Lets everything be looked at, unless that is being done.
    mutating func look() {
        if orders == 0 { order() }
    }

    /// Lets threads be looked at instead of processes, or the other way round.
    mutating func changeSubject() {
        state.subject = state.subject == .process ? .thread : .process
        state.interval = nil
        order()
    }

    private mutating func order() {
        orders += 1
        lookBegan = Moment.monotonicMicroseconds
        looker.look(at: state.subject)
    }

    /// Takes note of how long the look takes that is being made.
    mutating func watchTheClock() {
        let seconds = Int(Moment.monotonicMicroseconds - lookBegan) / 1_000_000
        state.secondsOfLook = orders > 0 && seconds >= Self.patienceSeconds ? seconds : nil
    }

    /// Takes in what there is to be told.
    mutating func takeNews() throws(Failure) -> Update {
        var update = Update()
        for news in looker.takeNews() {
            if let failure = news.failure { throw failure }
            update.isAny = true
            if news.endsOrder {
                orders -= 1
                update.lookMilliseconds = Int(Moment.monotonicMicroseconds - lookBegan) / 1_000
            }
            if take(news) { update.isNewInterval = true }
        }
        watchTheClock()
        return update
    }

    /// Whether it closed an interval.
    private mutating func take(_ news: TopNews) -> Bool {
        (state.trouble, state.delayAccounting) = (news.trouble, news.delayAccounting)
        if news.isDaemonBack { state.notice = "taskstatsd is back; what ended meanwhile is not known" }
        // What was ordered before somebody changed the subject is of no use any more.
        guard news.subject == state.subject, let interval = news.interval else { return false }
        guard !view.isPaused else { return true }
        if !interval.isPartial { state.notice = nil }
        (state.interval, state.system) = (interval, news.system)
        return true
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
