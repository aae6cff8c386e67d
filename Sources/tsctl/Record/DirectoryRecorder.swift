import CommandSupport
import Glibc
import LinuxSystem
import Taskstats
import TaskstatsProtocol

/// A recorder that runs for weeks: it records into a directory, in sessions.
///
/// Each session begins like the first one after a crash: it reads from the newest file where the recording ends,
/// connects, and subscribes to what has ended since. So a lost connection, a full disk and the recorder's own end have
/// one way back. No record is in two sessions, because the files alone say where the next one begins.
struct DirectoryRecorder {
    /// The reason why a session ended.
    private enum SessionEnd {
        case ending(WatchStream.Ending, isConfirmed: Bool)
        /// The connection failed.
        case disconnected(TaskstatsError)
        /// The files cannot be written.
        case failed(Failure)
    }

    /// The free space that a session needs to be worth beginning.
    private static let neededBytes: UInt64 = 1 << 20
    private static let diskPause = Duration.seconds(1)

    let directory: RecordingDirectory
    let limits: RetentionLimits
    /// Connects to the daemon.
    let connect: () throws -> TaskstatsConnection
    /// Subscribes to what ends, and if the daemon can resume, to what has ended after a position.
    let subscribe: (TaskstatsConnection, RecordingPosition?) throws -> (effective: Subscription, isResumed: Bool)
    /// Called every second.
    let tick: (Recorder.Counts) -> Void

    /// The recorded amount so far.
    private(set) var counts = Recorder.Counts()
    private var complaint: String?

    init(
        _ directory: RecordingDirectory, limits: RetentionLimits, connect: @escaping () throws -> TaskstatsConnection,
        subscribe:
            @escaping (TaskstatsConnection, RecordingPosition?) throws -> (effective: Subscription, isResumed: Bool),
        tick: @escaping (Recorder.Counts) -> Void
    ) {
        self.directory = directory
        self.limits = limits
        self.connect = connect
        self.subscribe = subscribe
        self.tick = tick
    }

    /// Records until a signal, or the time, ends it; returns whether the daemon confirmed that nothing is missing.
    mutating func run(interruptedBy interruption: borrowing Interruption) throws -> Bool {
        var attempt = 0
        while true {
            let before = counts.bytes
            let pause: Duration
            switch try session(interruptedBy: interruption) {
            case .ending(_, let isConfirmed): return isConfirmed
            case .disconnected(let error):
                attempt = counts.bytes == before ? attempt + 1 : 1
                guard let delay = Reconnection.always.delay(beforeAttempt: attempt, after: error) else { throw error }
                complain("\(error.message); reconnecting")
                pause = delay
            case .failed(let failure):
                complain("\(failure.message); recording continues when it is possible")
                pause = Self.diskPause
            }
            guard Self.wait(pause, unless: interruption.descriptor) else { return true }
        }
    }

    private mutating func session(interruptedBy interruption: borrowing Interruption) throws -> SessionEnd {
        guard hasRoom else { return .failed(Failure("cannot write in \(directory.path): No space left on device")) }
        let position = try RecordingPosition.newest(in: directory)
        let connection: TaskstatsConnection
        let granted: (effective: Subscription, isResumed: Bool)
        do {
            connection = try connect()
            connection.keepsText = true
            granted = try subscribe(connection, position)
        } catch let error as TaskstatsError {
            return .disconnected(error)
        }
        let (writer, thread) = try RecordingWriter.start(
            DirectoryWriter.open(
                directory, limits: limits, header: Recorder.header(connection.server, granted.effective),
                after: position))
        complaint = nil
        var end = SessionEnd.ending(.signal, isConfirmed: true)
        do {
            if !granted.isResumed, let position { try writer.write(gap(position, connection.server).line.array) }
            end = try record(
                with: Recorder(
                    connection: connection, writer: writer, limit: nil, reconnector: nil, hasBeginning: position == nil),
                interruptedBy: interruption)
        } catch is StandardOutput.Stop {
            // The writer itself reports the error.
        }
        writer.end(startingTimeoutBy: interruption.descriptor)
        thread.join()
        if case .failed(let failure) = writer.stop { return .failed(failure) }
        return end
    }

    private mutating func record(
        with recorder: consuming Recorder, interruptedBy interruption: borrowing Interruption
    ) throws -> SessionEnd {
        let before = counts
        let tick = tick
        do {
            let ending = try recorder.run(interruptedBy: interruption) { tick(before.adding($0.counts)) }
            let limits = ending == .signal ? Interruption.timeout : Interruption.timeoutWithoutSignal
            let isConfirmed = try recorder.takeRemaining(
                within: limits, interruptedBy: ending == .signal ? nil : interruption.signalDescriptor)
            counts = before.adding(recorder.counts)
            return .ending(ending, isConfirmed: isConfirmed)
        } catch let error as TaskstatsError {
            try? recorder.pass()
            counts = before.adding(recorder.counts)
            return .disconnected(error)
        }
    }

    /// The line for a time of which the daemon keeps nothing.
    private func gap(_ position: RecordingPosition, _ server: ServerInfo) -> RecordingGap {
        RecordingGap(
            from: position.time, to: SystemClock.realtimeNanoseconds, reason: "no recorder was connected",
            successor: RecordingGap.Successor(
                instance: server.instance, access: server.access == .all ? .all : .own,
                delayAccounting: server.delayAccounting))
    }

    private var hasRoom: Bool {
        var status = statvfs()
        guard unsafe statvfs(directory.path, &status) == 0 else { return true }
        return UInt64(status.f_bavail) * UInt64(status.f_frsize) >= Self.neededBytes
    }

    /// Prints a message, once for the same one in a row.
    private mutating func complain(_ text: String) {
        if text != complaint { Console.print(text) }
        complaint = text
    }

    private static func wait(_ pause: Duration, unless descriptor: Int32) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&entry, 1, Int32(clamping: pause.wholeMicroseconds / 1_000)) <= 0
    }
}

extension Recorder.Counts {
    /// Returns the sum with another session's counts.
    func adding(_ other: Recorder.Counts) -> Recorder.Counts {
        var sum = self
        sum.exits += other.exits
        sum.lost &+= other.lost
        sum.bytes += other.bytes
        sum.elapsedMicroseconds += other.elapsedMicroseconds
        return sum
    }
}
