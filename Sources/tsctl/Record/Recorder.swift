import Glibc
import LinuxSystem
import Taskstats
import TaskstatsProtocol

/// The path of records from the connection into a file, line by line as the daemon wrote them.
///
/// Records are not decoded: their text is copied. Received lines are passed to the writer whenever no more are
/// available, so that tsctl holds few of them.
struct Recorder: ~Copyable {
    private let connection: TaskstatsConnection
    private let writer: RecordingWriter
    private let limit: UInt64?
    private let reconnector: Reconnector?
    /// Whether the subscription requests everything that the daemon keeps, so that nothing is missing before it.
    private let hasBeginning: Bool
    /// Whether there is a subscription to end.
    private var isConnected = true
    private var lines: [UInt8] = []
    private let start = ContinuousClock.now
    /// The recorded amount so far.
    private(set) var counts = Counts()

    /// The recorded amount.
    struct Counts {
        var exits: UInt64 = 0
        var lost: UInt64 = 0
        var gaps = GapTotal()
        /// The bytes before compression.
        var bytes: UInt64 = 0
        var elapsedMicroseconds: UInt64 = 0

        mutating func add(_ loss: LostRecords) {
            lost &+= loss.count ?? 0
            gaps.add(loss)
        }
    }

    /// The size of the file so far, after compression.
    var fileSize: UInt64 { writer.size }

    private static let gathered = 256 << 10
    private static let smallestRemainder = 16 << 20
    private static let largestRemainder = 64 << 20

    /// The limit for data at the end of a recording: the daemon's queue size, within bounds.
    private var largestRemainder: Int {
        min(max(Self.smallestRemainder, connection.server.limits.queueBytes), Self.largestRemainder)
    }
    private static let opening = Array(#"{"jsonrpc":"2.0","method":"exit","params":"#.utf8)

    /// Creates a recorder; without a reconnector the end of the connection ends the recording.
    init(
        connection: TaskstatsConnection, writer: RecordingWriter, limit: UInt64?, reconnector: Reconnector?,
        hasBeginning: Bool = false
    ) {
        self.hasBeginning = hasBeginning
        self.reconnector = reconnector
        self.connection = connection
        self.writer = writer
        self.limit = limit
    }

    /// Records events until something ends the recording; calls `tick` every second.
    mutating func run(
        interruptedBy interruption: borrowing Interruption, tick: (borrowing Recorder) -> Void
    ) throws -> WatchStream.Ending {
        while true {
            do {
                return try takeEvents(interruptedBy: interruption, tick: tick)
            } catch let error as TaskstatsError {
                guard let reconnector else { throw error }
                try pass(waitingUnless: interruption.descriptor)
                switch try reconnector.restore(connection, after: error, interruptedBy: interruption.descriptor) {
                case .restored(let gap, let isResumed):
                    if !isResumed { record(gap, until: connection.server) }
                case .interrupted(let gap):
                    isConnected = false
                    record(gap, until: nil)
                    return WatchStream.Ending(interruption.cause() ?? .readerGone)
                }
            }
        }
    }

    private mutating func record(_ gap: Gap, until server: ServerInfo?) {
        counts.gaps.add(gap)
        let successor = server.map {
            RecordingGap.Successor(
                instance: $0.instance, access: $0.access == .all ? .all : .own, delayAccounting: $0.delayAccounting)
        }
        append(RecordingGap(from: gap.from, to: gap.to, reason: gap.reason, successor: successor).line)
    }

    private mutating func takeEvents(
        interruptedBy interruption: borrowing Interruption, tick: (borrowing Recorder) -> Void
    ) throws -> WatchStream.Ending {
        while true {
            while lines.count < Self.gathered, counts.exits != limit, let event = try connection.nextReceivedText() {
                take(event)
            }
            try pass(waitingUnless: interruption.descriptor)
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

    /// Ends the subscription and records the exits up to then; returns whether the daemon confirmed that nothing is
    /// missing.
    ///
    /// There is no confirmation at a limit, or if the descriptor became readable first. A daemon that sends without end
    /// cannot delay this: no daemon has more to send than its queue holds.
    mutating func takeRemaining(
        within limits: TaskstatsConnection.UnsubscribeLimits, interruptedBy descriptor: Int32? = nil
    ) throws -> Bool {
        writer.startTimeout()
        guard isConnected else { return true }
        let (connection, most) = (connection, largestRemainder)
        var isConfirmed = true
        do throws(TaskstatsError) {
            isConfirmed = try connection.unsubscribe(within: limits, interruptedBy: descriptor) { event in
                take(event)
                return lines.count < most
            }
        } catch {
            guard let gap = reconnector?.finalGap(after: error) else { throw error }
            record(gap, until: nil)
        }
        try pass()
        return isConfirmed
    }

    /// Writes the footer with the reason of the end, which is the last line.
    mutating func end(reason: String) throws(StandardOutput.Stop) {
        counts.elapsedMicroseconds = (ContinuousClock.now - start).wholeMicroseconds
        let time = SystemClock.realtimeNanoseconds
        append(RecordingFooter(time: time, reason: reason, exits: counts.exits, lost: counts.lost).line)
        try pass()
    }

    /// Returns the header of a recording that starts now.
    static func header(_ server: ServerInfo, _ subscription: Subscription) -> RecordingHeader {
        RecordingHeader(
            host: HostName.current, start: SystemClock.realtimeNanoseconds, server: server,
            subscription: subscription)
    }

    private mutating func take(_ event: TaskstatsConnection.TextEvent) {
        switch event {
        case .exit(let params):
            lines += Self.opening
            lines += params
            lines += [UInt8(ascii: "}"), UInt8(ascii: "\n")]
            counts.exits += 1
        case .other(.lost(let loss)) where hasBeginning && counts.exits == 0 && loss.place == .history: break
        case .other(.lost(let loss)):
            counts.add(loss)
            append(ServerLine.lost(loss))
        // The next wait throws the reason; exits arrive as text.
        case .other(.closing), .other(.exit), .other(.start), .other(.live): break
        }
    }

    private mutating func append(_ line: consuming ByteBuffer) { lines += line.array }

    /// Passes the received lines to the writer.
    mutating func pass(waitingUnless descriptor: Int32? = nil) throws(StandardOutput.Stop) {
        guard !lines.isEmpty else { return }
        counts.bytes += UInt64(lines.count)
        try writer.write(lines, waitingUnless: descriptor)
        lines.removeAll(keepingCapacity: true)
    }
}
