import CommandSupport
import LinuxSystem
import Taskstats
import TaskstatsProtocol

/// What the daemon keeps of the time after the recordings.
struct DaemonHistory {
    /// An event of the past.
    enum Event {
        case exit(ExitRecord, text: [UInt8])
        case lost(LostRecords)
        /// A period without a connection, of which the daemon keeps nothing.
        case gap(Gap)
    }

    private let connection: TaskstatsConnection
    /// The header of a recording of it.
    let header: RecordingHeader

    /// Connects and subscribes; nil if the daemon adds nothing to the recordings, with a message that says why.
    ///
    /// Without recordings the same is an error.
    static func open(
        _ options: ConnectionOptions, filter: FilterOptions, view: ViewOptions, window: TimeWindow,
        after position: RecordingPosition?
    ) throws -> DaemonHistory? {
        let connection: TaskstatsConnection
        do throws(TaskstatsError) {
            connection = try options.connect()
        } catch {
            guard position != nil else { throw error }
            Console.print("\(error.message); only recordings are shown")
            return nil
        }
        do throws(Failure) {
            try check(connection.server)
        } catch {
            guard position != nil else {
                throw Failure("\(error.message), and there are no recordings in \(RecordingDirectory.defaultPath)")
            }
            Console.print("\(error.message); only recordings are shown")
            return nil
        }
        connection.keepsText = true
        let conditions = try filter.filter()
        let fields = view.wanted(scope: filter.scope ?? .task)
        var subscription = try filter.subscription(
            fields: fields.union(RecordedExits.fields(of: conditions)),
            origin: view.wantsOrigin(on: connection.server) || conditions.requiresOrigin, on: connection.server)
        subscription.since = start(window, after: position)
        let effective = try connection.subscribe(subscription)
        AccessHint.printIfNeeded(connection.server, filter: conditions)
        return DaemonHistory(connection: connection, header: Recorder.header(connection.server, effective))
    }

    /// Throws if a daemon keeps no history.
    static func check(_ server: ServerInfo) throws(Failure) {
        guard server.features.contains(ServerInfo.historyFeature) else {
            throw Failure("taskstatsd keeps no history (its option --history turns it on)")
        }
    }

    private init(connection: TaskstatsConnection, header: RecordingHeader) {
        self.connection = connection
        self.header = header
    }

    private static func start(_ window: TimeWindow, after position: RecordingPosition?) -> HistoryStart {
        guard let position, position.time >= window.since else { return .time(window.since) }
        return position.start
    }

    /// Passes what ended before to `body`, until that returns false or everything was passed; then what ends from now
    /// on, if `follows`, until the interruption, or the end of a connection without a reconnector.
    ///
    /// `idle` is called whenever nothing more was received.
    func forEach(
        follows: Bool = false, reconnector: Reconnector? = nil, interruptedBy interruption: borrowing Interruption,
        idle: () throws -> Void = {}, _ body: (Event) throws -> Bool
    ) throws {
        while true {
            do {
                return try forEach(follows: follows, interruptedBy: interruption, idle: idle, body)
            } catch let error as TaskstatsError {
                guard let reconnector else { throw error }
                switch try reconnector.restore(connection, after: error, interruptedBy: interruption.descriptor) {
                case .restored(let gap, let isResumed):
                    if !isResumed, try !body(.gap(gap)) { return }
                case .interrupted: return
                }
            }
        }
    }

    private func forEach(
        follows: Bool, interruptedBy interruption: borrowing Interruption, idle: () throws -> Void,
        _ body: (Event) throws -> Bool
    ) throws {
        while true {
            var next = try connection.nextReceivedText()
            if next == nil {
                try idle()
                next = try connection.nextText(interruptedBy: interruption.descriptor)
            }
            switch next {
            case nil: return
            case .exit(let text): if try !body(.exit(connection.exit(in: text), text: text)) { return }
            case .other(.exit(let record)): if try !body(.exit(record, text: [])) { return }
            case .other(.lost(let loss)): if try !body(.lost(loss)) { return }
            case .other(.live): if !follows { return }
            // The next wait throws the reason.
            case .other(.start), .other(.closing): break
            }
        }
    }
}

extension RecordingPosition {
    /// Where the daemon must continue; the time if it sent no index.
    var start: HistoryStart {
        index.map { .after(instance: instance, index: $0) } ?? .time(time + 1)
    }
}
