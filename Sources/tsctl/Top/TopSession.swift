import CommandSupport
import LinuxSystem
import Taskstats

/// The state of top without its output: the figures and the view; it never waits.
struct TopSession {
    /// The effect of updates.
    struct Effect {
        /// Whether there was an update.
        var isAny = false
        /// Whether there is another interval.
        var isNewInterval = false
        /// The duration of a sample that has just ended, in milliseconds; nil if none has.
        var sampleMilliseconds: Int?
    }

    var view: TopView
    private(set) var state = TopScreen.State()
    let server: ServerInfo
    private let sampler: TopSamplingThread
    private var names = AccountNames()
    private var pendingSamples = 0
    private var sampleStart: UInt64 = 0

    /// The duration of a sample, in seconds, after which the screen explains the delay.
    static let slowSampleSeconds = 2

    init(_ connection: sending TopConnection, view: TopView) throws(Failure) {
        self.view = view
        server = connection.server
        state.subject = connection.subject
        state.access = server.access
        state.delayAccounting = server.delayAccounting
        state.lacksOrigins = connection.needsControlGroups && !OriginFeature.isOffered(by: server)
        sampler = try TopSamplingThread.start(connection)
    }

    /// The descriptor that is readable while there are updates.
    var descriptor: Int32 { sampler.descriptor }

    /// Starts a sample, unless one is in progress.
    mutating func startSample() {
        if pendingSamples == 0 { requestSample() }
    }

    /// Switches between processes and threads.
    mutating func changeSubject() {
        state.subject = state.subject == .process ? .thread : .process
        state.interval = nil
        requestSample()
    }

    private mutating func requestSample() {
        pendingSamples += 1
        sampleStart = SystemClock.monotonicMicroseconds
        sampler.requestSample(of: state.subject)
    }

    /// Updates the duration of the sample in progress.
    mutating func updateSecondsOfSample() {
        let seconds = Int(SystemClock.monotonicMicroseconds - sampleStart) / 1_000_000
        state.secondsOfSample = pendingSamples > 0 && seconds >= Self.slowSampleSeconds ? seconds : nil
    }

    /// Takes the updates of the sampling thread.
    mutating func takeUpdates() throws(Failure) -> Effect {
        var effect = Effect()
        for update in sampler.takeUpdates() {
            if let failure = update.failure { throw failure }
            effect.isAny = true
            if update.completesCommand {
                pendingSamples -= 1
                effect.sampleMilliseconds = Int(SystemClock.monotonicMicroseconds - sampleStart) / 1_000
            }
            if take(update) { effect.isNewInterval = true }
        }
        updateSecondsOfSample()
        return effect
    }

    /// Takes an update; returns whether it closed an interval.
    private mutating func take(_ update: TopUpdate) -> Bool {
        (state.connectionError, state.delayAccounting) = (update.connectionError, update.delayAccounting)
        if update.isReconnected { state.notice = "reconnected to taskstatsd; exits in the meantime are unknown" }
        // A sample from before a change of the subject is obsolete.
        guard update.subject == state.subject, let interval = update.interval else { return false }
        guard !view.isPaused else { return true }
        if !interval.isPartial { state.notice = nil }
        (state.interval, state.system) = (interval, update.system)
        return true
    }

    /// Returns the lines for a screen of that size.
    mutating func lines(width: Int?, height: Int?, style: Style) -> [String] {
        TopScreen(state: state, view: view, style: style, width: width, height: height).lines(&names)
    }

    /// The rows of the last interval as CSV.
    mutating func lines(_ csv: TopCSV) -> [String] {
        state.interval.map { csv.lines($0, view.rows(of: $0, &names)) } ?? []
    }

    /// The last interval as a line of JSON.
    mutating func json() -> [UInt8]? {
        state.interval.map {
            $0.json(view.rows(of: $0, &names), system: state.system, subject: state.subject, by: view.grouping)
        }
    }
}

/// An update of the sampling thread, with or without a request.
struct TopUpdate: Sendable {
    /// The subject of the sample.
    var subject: TopModel.Subject
    /// Whether it completes a requested sample.
    var completesCommand = false
    /// The interval that a sample closed, and the figures of the system in it.
    var interval: TopInterval?
    var system = SystemFigures()
    /// Whether delays are counted; nil if that is unknown.
    var delayAccounting: Bool?
    /// Whether the connection was just restored.
    var isReconnected = false
    /// The reason why there is no connection.
    var connectionError: String?
    /// The error that ends top.
    var failure: Failure?
}
