import LinuxSystem
import Synchronization

/// A thread that takes samples for top, so that keys, signals and the screen never wait for the daemon.
///
/// The thread lives as long as the process.
final class TopLooker: Sendable {
    private struct State {
        var orders: [TopModel.Subject] = []
        var news: [TopNews] = []
    }

    private let state = Mutex(State())
    /// The signals for commands and for updates.
    private let ordered: Signal
    private let told: Signal

    /// Starts the thread.
    static func start(_ connection: sending TopConnection) throws(Failure) -> TopLooker {
        do throws(SystemError) {
            let looker = TopLooker(ordered: try Signal(), told: try Signal())
            try WorkerThread(TopWatch(connection)) { looker.run(&$0) }.detach()
            return looker
        } catch {
            throw Failure("cannot start the sampling thread: \(error)")
        }
    }

    private init(ordered: Signal, told: Signal) {
        self.ordered = ordered
        self.told = told
    }

    /// The descriptor that is readable while there are updates.
    var descriptor: Int32 { told.descriptor }

    /// Requests a sample.
    func look(at subject: TopModel.Subject) {
        state.withLock { $0.orders.append(subject) }
        ordered.give()
    }

    /// Takes the updates.
    func takeNews() -> [TopNews] {
        told.take()
        return state.withLock { state in
            defer { state.news.removeAll() }
            return state.news
        }
    }

    // MARK: On the thread

    private func run(_ watch: inout TopWatch) {
        while true {
            while let subject = state.withLock({ $0.orders.isEmpty ? nil : $0.orders.removeFirst() }) {
                var news = watch.look(at: subject)
                news.endsOrder = true
                tell(news)
            }
            if let news = watch.collect(interruptedBy: ordered.descriptor) { tell(news) }
            ordered.wait(until: nil)
        }
    }

    private func tell(_ news: TopNews) {
        state.withLock { $0.news.append(news) }
        told.give()
    }
}
