import LinuxSystem
import TaskstatsProtocol

/// A connection to taskstatsd that waits for what it is asked for: the core for programs without an event loop.
///
/// ```swift
/// let connection = try TaskstatsConnection.connect()
/// let init1 = try connection.stats(ofTask: 1)
/// print(init1[.cpuDelayTotal] ?? 0, "ns waiting for a CPU")
///
/// try connection.subscribe(Subscription(scope: .process))
/// while true {
///     switch try connection.next() {
///     case .exit(let record): print(record.pid, record.task.command ?? "?")
///     case .lost(let lost): print(lost.count, "records lost")
///     case .closing(let reason): return print(reason)
///     }
/// }
/// ```
///
/// It belongs to one thread at a time. A request that the daemon refuses throws and leaves the connection as it was; once
/// the connection itself has failed, or the daemon has closed it, every later call throws the same error again.
/// Letting go of it closes the connection, and with it the subscription.
public final class TaskstatsConnection {
    /// Where the daemon listens unless it is told otherwise.
    public static let defaultPath = "/run/taskstats.sock"

    /// What the daemon said of itself and of this program.
    public let server: ServerInfo
    var stream: LineStream
    var conversation = Conversation()

    private init(stream: consuming LineStream, server: ServerInfo) {
        self.stream = stream
        self.server = server
    }

    /// Connects and waits for the daemon's greeting.
    public static func connect(path: String = defaultPath) throws(TaskstatsError) -> TaskstatsConnection {
        var stream = try LineStream(path: path)
        while let line = try stream.next() {
            guard case .event(let event) = line else { continue }
            switch event {
            case .hello(let hello):
                return TaskstatsConnection(stream: stream, server: try ServerInfo.accepting(hello))
            case .closing(let reason):
                throw .closed(reason: reason)
            case .refusal(let error):
                throw .refused(error)
            case .unknown:
                continue
            case .exit, .lost, .reply:
                throw .violation("it does not greet")
            }
        }
        throw .disconnected
    }

    /// Sends a request and waits for its answer; events that come first are kept.
    func answer(to call: Request.Call) throws(TaskstatsError) -> (reply: ServerEvent.Reply, text: [UInt8]) {
        if let end = conversation.end { throw end }
        let request = Request(id: .integer(conversation.nextID()), call: call)
        do throws(SystemError) {
            try stream.send(request.line)
        } catch {
            let error = TaskstatsError.system(error)
            // When the daemon is gone, what it said last is still to be read.
            if error.code != .disconnected { throw failed(error) }
        }
        while true {
            let step = try conversation.receiveAwaitingAnswer(nextLine())
            if case .answer(let reply, let text) = step {
                if case .error(let error) = reply { throw .refused(error) }
                return (reply, text)
            }
        }
    }

    private func nextLine() throws(TaskstatsError) -> LineStream.Line {
        do throws(TaskstatsError) {
            guard let line = try stream.next() else { throw .disconnected }
            return line
        } catch {
            throw failed(error)
        }
    }

    /// Takes note of an error of the connection itself.
    func failed(_ error: TaskstatsError) -> TaskstatsError {
        conversation.fail(error)
        return error
    }
}
