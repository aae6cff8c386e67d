import LinuxSystem
import Synchronization

/// A thread that takes samples for top, so that keys, signals and the screen never wait for the daemon.
///
/// The thread lives as long as the process.
final class TopSamplingThread: Sendable {
    private struct State {
        var commands: [TopModel.Subject] = []
        var updates: [TopUpdate] = []
    }

    private let state = Mutex(State())
    /// The signals for commands and for updates.
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
