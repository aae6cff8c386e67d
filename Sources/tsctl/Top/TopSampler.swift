import CommandSupport
import LinuxSystem
import Synchronization
import Taskstats

/// The communication of top with the daemon, which may have to wait.
struct TopSampler {
    private var connection: TopConnection
    private var model: TopModel
    private var system = SystemFigures.now()
    private var delayAccounting: Bool?
    private var samples = 0

    /// The number of samples in which the state of delay accounting is queried once.
    private static let samplesPerAccountingQuery = 5

    init(_ connection: TopConnection) {
        self.connection = connection
        model = TopModel(subject: connection.subject, tick: connection.tick)
        delayAccounting = connection.server.delayAccounting
    }

    /// Takes exits until the descriptor is readable or the daemon is lost; returns an update in the latter case.
    ///
    /// It returns immediately if there is no connection.
    mutating func collect(interruptedBy descriptor: Int32) -> TopUpdate? {
        guard connection.connectionError == nil else { return nil }
        do throws(TaskstatsError) {
            try connection.collect(&model, interruptedBy: descriptor)
            return nil
        } catch {
            return lost(error)
        }
    }

    /// Takes a sample of this subject; the loss of the daemon does not end top.
    mutating func sample(_ subject: TopModel.Subject) -> TopUpdate {
        do {
            if subject != connection.subject {
                model = TopModel(subject: subject, tick: connection.tick)
                try connection.change(to: subject)
            }
            return try sample()
        } catch let error as TaskstatsError {
            return lost(error)
        } catch let failure as Failure {
            return update(failure)
        } catch {
            return update(Failure("\(error)"))
        }
    }

    private mutating func sample() throws -> TopUpdate {
        var isReconnected = false
        if connection.connectionError != nil {
            guard connection.reconnect() else { return update() }
            isReconnected = true
            model.isPartial = true
        }
        try connection.round(&model)
        if samples % Self.samplesPerAccountingQuery == 0 { delayAccounting = try connection.delayAccounting() }
        samples += 1
        let now = SystemFigures.now()
        defer { system = now }
        var update = update()
        update.isReconnected = isReconnected
        update.interval = model.finish(at: SystemClock.realtimeNanoseconds)
        if connection.needsControlGroups { update.interval?.readControlGroups() }
        update.system = now.since(system)
        return update
    }

    private mutating func lost(_ error: TaskstatsError) -> TopUpdate {
        connection.recordLoss(error)
        return update()
    }

    private func update(_ failure: Failure? = nil) -> TopUpdate {
        TopUpdate(
            subject: connection.subject, delayAccounting: delayAccounting,
            connectionError: connection.connectionError.map { "reconnecting: \($0.message)" }, failure: failure)
    }
}

/// A thread that takes samples for top, so that keys, signals and the screen never wait for the daemon.
///
/// The thread lives as long as the process.
final class TopSamplingThread: Sendable {
    private struct State {
        var commands: [TopModel.Subject] = []
        var updates: [TopUpdate] = []
    }

    private let state = Mutex(State())
    /// Signal that there are commands, and that there are updates.
    private let commandSignal: EventCounter
    private let updateSignal: EventCounter

    /// Starts the thread.
    static func start(_ connection: sending TopConnection) throws(Failure) -> TopSamplingThread {
        do throws(SystemError) {
            let thread = TopSamplingThread(commandSignal: try EventCounter(), updateSignal: try EventCounter())
            try WorkerThread(TopSampler(connection)) { thread.run(&$0) }.detach()
            return thread
        } catch {
            throw Failure("cannot start the sampling thread: \(error)")
        }
    }

    private init(commandSignal: consuming EventCounter, updateSignal: consuming EventCounter) {
        self.commandSignal = commandSignal
        self.updateSignal = updateSignal
    }

    /// The descriptor that is readable while there are updates.
    var descriptor: Int32 { updateSignal.descriptor }

    /// Requests a sample.
    func requestSample(of subject: TopModel.Subject) {
        state.withLock { $0.commands.append(subject) }
        commandSignal.signal()
    }

    /// Takes the updates.
    func takeUpdates() -> [TopUpdate] {
        updateSignal.reset()
        return state.withLock { state in
            defer { state.updates.removeAll() }
            return state.updates
        }
    }

    // MARK: On the thread

    private func run(_ sampler: inout TopSampler) {
        while true {
            while let subject = state.withLock({ $0.commands.isEmpty ? nil : $0.commands.removeFirst() }) {
                var update = sampler.sample(subject)
                update.completesCommand = true
                report(update)
            }
            if let update = sampler.collect(interruptedBy: commandSignal.descriptor) { report(update) }
            commandSignal.waitAndReset(until: nil)
        }
    }

    private func report(_ update: TopUpdate) {
        state.withLock { $0.updates.append(update) }
        updateSignal.signal()
    }
}
