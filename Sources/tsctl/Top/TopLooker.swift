import LinuxSystem
import Synchronization

/// Looks for top, on a thread of its own: keys, signals and the screen never wait for the daemon, for a backlog of ends,
/// or for the rate of requests.
///
/// The thread lasts as long as the process.
final class TopLooker: Sendable {
    private struct State {
        var orders: [TopModel.Subject] = []
        var news: [TopNews] = []
    }

    private let state = Mutex(State())
    /// Given when there are orders, and when there is news.
    private let ordered: Signal
    private let told: Signal

    /// Starts the thread.
    static func start(_ connection: sending TopConnection) throws(Failure) -> TopLooker {
        do throws(SystemError) {
            let looker = TopLooker(ordered: try Signal(), told: try Signal())
            try WorkerThread(TopWatch(connection)) { looker.run(&$0) }.detach()
            return looker
        } catch {
            throw Failure("cannot start to look: \(error)")
        }
    }

    private init(ordered: Signal, told: Signal) {
        self.ordered = ordered
        self.told = told
    }

    /// Readable while there is news.
    var descriptor: Int32 { told.descriptor }

    /// Orders a look.
    func look(at subject: TopModel.Subject) {
        state.withLock { $0.orders.append(subject) }
        ordered.give()
    }

    /// Takes the news.
    func takeNews() -> [TopNews] {
        told.take()
        return state.withLock { state in
            defer { state.news.removeAll() }
            return state.news
        }
    }

    // MARK: On its thread

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
