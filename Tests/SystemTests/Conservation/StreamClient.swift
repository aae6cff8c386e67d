import Glibc
import LinuxSystem
import TaskstatsModel
import TaskstatsProtocol

/// A client of the daemon that reads only when requested, and keeps all received lines.
final class StreamClient {
    /// The records that it subscribed to.
    enum SubscriptionChoice: CaseIterable {
        case everything, processes, failed, signaled, successful, load
    }

    /// The range of positions of a boundary on each CPU, as numbers of tasks that ended before it.
    struct Boundary {
        let earliest: [Int]
        let latest: [Int]

        subscript(cpu: Int) -> ClosedRange<Int> { earliest[cpu]...latest[cpu] }
    }

    /// A change of its CPUs, which takes effect at the answer to a request.
    struct Change {
        let cpus: CPUSet
        let boundary: Boundary
    }

    let number: Int
    let choice: SubscriptionChoice
    let overflow: Subscription.Overflow
    let hasAllFields: Bool
    /// The CPUs that it is subscribed to.
    var cpus = CPUSet()
    /// The received lines, in order.
    private(set) var events: [StreamEvent] = []
    /// Its subscriptions, by the ids of the requests.
    var changes: [Int64: Change] = [:]
    /// Whether it reads.
    var isReading = true
    /// Whether the daemon has closed the connection.
    private(set) var hasEnded = false
    private var answers: [Int64: ServerEvent.Reply] = [:]
    private var lastID: Int64 = 0
    private var socket: Descriptor?
    private var framer = LineFramer(limit: ProtocolLimits.lineBytes)

    init(
        _ number: Int, path: String, choice: SubscriptionChoice, overflow: Subscription.Overflow,
        hasAllFields: Bool
    ) throws(SystemError) {
        self.number = number
        self.choice = choice
        self.overflow = overflow
        self.hasAllFields = hasAllFields
        socket = try UnixSocket.connect(to: path)
    }

    /// The descriptor to wait on; nil when it does not read.
    var descriptor: Int32? {
        guard isReading, !hasEnded else { return nil }
        return socket?.number
    }

    /// Whether the connection is open on both sides.
    var isConnected: Bool { socket != nil && !hasEnded }

    /// Returns the answer to a request.
    func answer(to id: Int64) -> ServerEvent.Reply? { answers[id] }

    /// Subscribes to these CPUs, and returns the id of the request.
    func subscribe(to cpus: CPUSet) throws -> Int64 {
        var parameters = Subscription()
        parameters.cpus = cpus
        parameters.overflow = overflow
        if !hasAllFields { parameters.fields = [.acEtime] }
        switch choice {
        case .everything: break
        case .processes: parameters.scope = .process
        case .failed: parameters.filter.exit = .failed
        case .signaled: parameters.filter.exit = .signaled
        case .successful: parameters.filter.exit = .ok
        case .load: parameters.filter.commands = GlobPattern("exit-l*").map { [$0] }
        }
        return try send(.subscribe(parameters))
    }

    /// Sends a request and returns its id.
    func send(_ call: Request.Call) throws(SystemError) -> Int64 {
        lastID += 1
        guard let number = socket?.number else { preconditionFailure("a request on a closed connection") }
        let line = Request(id: .integer(lastID), call: call).line
        try unsafe line.withUnsafeBytes { (bytes) throws(SystemError) in
            let sent = unsafe Glibc.send(number, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
            // A connection that the daemon has just closed is noticed when its last lines are read.
            if sent < 0, errno != EPIPE { throw .last("send") }
        }
        return lastID
    }

    /// Reads everything that has arrived, without waiting.
    func receive() throws(SystemError) {
        guard let number = socket?.number else { return }
        try unsafe framer.fill { (room) throws(SystemError) in
            let count = unsafe recv(number, room.baseAddress, room.count, Int32(MSG_DONTWAIT))
            if count == 0 || count < 0 && errno == ECONNRESET { hasEnded = true }
            guard count >= 0 || hasEnded || errno == EAGAIN || errno == EINTR else { throw .last("recv") }
            return max(0, count)
        }
        while case .line(let line) = unsafe framer.next({ unsafe StreamEvent.read($0) }) {
            if case .answer(let id) = line.event { answers[id] = line.reply }
            events.append(line.event)
        }
    }

    /// The numbers of delivered and lost records.
    var told: (delivered: UInt64, lostInKernel: UInt64, lostInQueue: UInt64) {
        var told: (delivered: UInt64, lostInKernel: UInt64, lostInQueue: UInt64) = (0, 0, 0)
        for event in events {
            switch event {
            case .exit: told.delivered += 1
            case .lost(let loss) where loss.place == .queue: told.lostInQueue += loss.count ?? 0
            case .lost(let loss): told.lostInKernel += loss.count ?? 0
            case .answer, .closing, .hello, .malformed: break
            }
        }
        return told
    }

    /// Closes the connection, regardless of unread data.
    func close() { socket = nil }
}

extension StreamClient.SubscriptionChoice {
    /// Returns whether its subscription includes a record of the reference listener.
    func wants(_ ended: ReferenceRecorder.Ended) -> Bool {
        switch (self, ended.exit) {
        case (.everything, _): true
        case (.processes, _): ended.isLast
        case (.successful, .code(0)): true
        case (.failed, .code(let code)): code != 0
        case (.failed, .signal), (.signaled, .signal): true
        case (.load, _): ended.command.starts(with: "exit-l".utf8)
        default: false
        }
    }
}
