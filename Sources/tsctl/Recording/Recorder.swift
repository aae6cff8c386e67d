import Glibc
import LinuxSystem
import TaskstatsClient
import TaskstatsProtocol

/// From the connection into a file, line by line as the daemon wrote them, until something ends it.
///
/// Records are not read: their text goes through. What has been received is handed to the writer whenever nothing more is
/// here already, so that little is in tsctl alone.
struct Recorder: ~Copyable {
    private let connection: TaskstatsConnection
    private let writer: RecordingWriter
    private let limit: UInt64?
    private var lines: [UInt8] = []
    private let start = ContinuousClock.now
    /// How much it is so far.
    private(set) var counts = Counts()

    /// How much was recorded.
    struct Counts {
        var exits: UInt64 = 0
        var lost: UInt64 = 0
        /// Before they are compressed.
        var bytes: UInt64 = 0
        var elapsedMicroseconds: UInt64 = 0
    }

    /// The bytes of the file so far, compressed if it is.
    var fileSize: UInt64 { writer.size }

    private static let gathered = 256 << 10
    private static let opening = Array(#"{"jsonrpc":"2.0","method":"exit","params":"#.utf8)

    init(connection: TaskstatsConnection, writer: RecordingWriter, limit: UInt64?) {
        self.connection = connection
        self.writer = writer
        self.limit = limit
    }

    /// Records what comes until it ends; `tick` is called whenever a second has passed.
    mutating func run(
        interruptedBy interruption: borrowing Interruption, tick: (borrowing Recorder) -> Void
    ) throws -> WatchStream.Ending {
        while true {
            while lines.count < Self.gathered, counts.exits != limit, let event = try connection.nextReceivedText() {
                take(event)
            }
            try handOver()
            if counts.exits == limit { return .count }
            if let event = try connection.nextText(interruptedBy: interruption.wakeDescriptor) {
                take(event)
                continue
            }
            if let cause = interruption.cause() { return WatchStream.Ending(cause) }
            if interruption.takeTick() {
                if let stop = writer.stop { throw stop }
                counts.elapsedMicroseconds = (ContinuousClock.now - start).wholeMicroseconds
                tick(self)
            }
        }
    }

    /// Ends the subscription and records what had ended by then.
    mutating func takeRest() throws {
        try connection.unsubscribe()
        while let event = try connection.nextReceivedText() {
            take(event)
            if lines.count >= Self.gathered { try handOver() }
        }
        try handOver()
    }

    /// Records what ended it, which is the last line.
    mutating func end(reason: String) throws(StandardOutput.Stop) {
        counts.elapsedMicroseconds = (ContinuousClock.now - start).wholeMicroseconds
        let time = Moment.nanosecondsSince1970
        append(RecordingFooter(time: time, reason: reason, exits: counts.exits, lost: counts.lost).line)
        try handOver()
    }

    /// The header of a recording that begins now.
    static func header(_ server: ServerInfo, _ subscription: Subscription) -> RecordingHeader {
        var hello = Hello(
            server: server.server, instance: server.instance, kernelRelease: server.kernelRelease,
            taskstatsVersion: server.taskstatsVersion, possibleCPUs: server.possibleCPUs.description,
            onlineCPUs: server.onlineCPUs.description, delayAccounting: server.delayAccounting, uid: server.uid,
            access: server.access == .all ? .all : .own,
            limits: Hello.Limits(queueBytes: server.queueBytes, connectionsPerUID: server.connectionsPerUID))
        hello.protocolVersion = server.protocolVersion
        var parameters = SubscribeParameters()
        parameters.cpus = subscription.cpus
        parameters.scope = subscription.scope
        parameters.fields = subscription.fields
        parameters.filter = subscription.filter
        return RecordingHeader(
            host: hostName, start: Moment.nanosecondsSince1970, hello: hello, subscription: parameters)
    }

    private mutating func take(_ event: TaskstatsConnection.TextEvent) {
        switch event {
        case .exit(let params):
            lines += Self.opening
            lines += params
            lines += [UInt8(ascii: "}"), UInt8(ascii: "\n")]
            counts.exits += 1
        case .other(.lost(let loss)):
            counts.lost &+= loss.count
            let place: Loss.Place =
                switch loss.place {
                case .kernel(let cpu): .kernel(cpu: cpu)
                case .queue: .queue
                }
            append(ServerLine.lost(Loss(place, count: loss.count)))
        // The next wait throws, with the reason; exits come as text.
        case .other(.closing), .other(.exit): break
        }
    }

    private mutating func append(_ line: consuming ByteBuffer) { lines += line.array }

    private mutating func handOver() throws(StandardOutput.Stop) {
        guard !lines.isEmpty else { return }
        counts.bytes += UInt64(lines.count)
        try writer.write(lines)
        lines.removeAll(keepingCapacity: true)
    }

    private static var hostName: String {
        var name = [CChar](repeating: 0, count: 256)
        guard unsafe gethostname(&name, name.count - 1) == 0 else { return "" }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
