import CommandSupport
import LinuxSystem
import Synchronization

/// A thread that writes a recording, so that a slow disk or compressor does not delay reading from the daemon.
///
/// The buffer is bounded: beyond that the caller waits too, and the daemon drops and counts the records that do not fit
/// into its queue. Only the frames of a compressed file, and a stalled reader at the end, involve waiting by time.
final class RecordingWriter: Sendable {
    private struct State {
        var buffered: [UInt8] = []
        var isEnding = false
        var needsRoom = false
        var size: UInt64 = 0
        /// The reason why writing ended early.
        var stop: StandardOutput.Stop?
    }

    private static let capacity = 32 << 20

    private let state = Mutex(State())
    /// Signals of work, or of the end, to the thread; and of free space to the caller.
    private let work: EventCounter
    private let room: EventCounter
    /// Signals to the thread to limit the time of a stalled reader; and to the caller that writing has ended.
    private let timeout: EventCounter
    private let ended: EventCounter

    /// Starts to write.
    static func start<Sink: RecordingSink & SendableMetatype & ~Copyable>(
        _ sink: consuming sending Sink
    ) throws(Failure) -> (RecordingWriter, WorkerThread) {
        do throws(SystemError) {
            let writer = RecordingWriter(
                work: try EventCounter(), room: try EventCounter(), timeout: try EventCounter(),
                ended: try EventCounter()
            )
            let thread = try WorkerThread(sink) { writer.writeAll(&$0) }
            return (writer, thread)
        } catch {
            throw Failure("cannot start the writing thread: \(error)")
        }
    }

    private init(
        work: consuming EventCounter, room: consuming EventCounter, timeout: consuming EventCounter,
        ended: consuming EventCounter
    ) {
        self.work = work
        self.room = room
        self.timeout = timeout
        self.ended = ended
    }

    /// Takes whole lines for writing.
    ///
    /// If too many are buffered it waits until there is room or the descriptor is readable; without a descriptor it
    /// does not wait.
    func write(_ lines: [UInt8], waitingUnless descriptor: Int32? = nil) throws(StandardOutput.Stop) {
        var mayWait = descriptor != nil
        while true {
            let (stop, isTaken) = state.withLock { state -> (StandardOutput.Stop?, Bool) in
                if let stop = state.stop { return (stop, false) }
                state.needsRoom = mayWait && state.buffered.count > Self.capacity
                if !state.needsRoom { state.buffered += lines }
                return (nil, !state.needsRoom)
            }
            if let stop { throw stop }
            if isTaken { return work.signal() }
            if room.waitAndReset(until: nil, interruptedBy: descriptor) { mayWait = false }
        }
    }

    /// The reason why writing ended early; nil if it has not.
    var stop: StandardOutput.Stop? { state.withLock { $0.stop } }

    /// The size of the file so far; 0 if it is not a regular file.
    var size: UInt64 { state.withLock { $0.size } }

    /// Limits the time for a stalled reader from now on.
    func startTimeout() { timeout.signal() }

    /// Writes the buffered lines and ends; starts the timeout once the descriptor is readable.
    func end(startingTimeoutBy descriptor: Int32) {
        state.withLock { $0.isEnding = true }
        work.signal()
        if ended.waitAndReset(until: nil, interruptedBy: descriptor) { startTimeout() }
    }

    // MARK: On the thread

    private func writeAll(_ file: inout some RecordingSink & ~Copyable) {
        defer { ended.signal() }
        file.timeout = OutputTimeout(ending: timeout.descriptor)
        do throws(StandardOutput.Stop) {
            var lines: [UInt8] = []
            while true {
                lines.removeAll(keepingCapacity: true)
                let size = file.size
                let (isEnding, needsRoom) = state.withLock { state in
                    state.size = size
                    swap(&state.buffered, &lines)
                    defer { state.needsRoom = false }
                    return (state.isEnding, state.needsRoom)
                }
                if needsRoom { room.signal() }
                if !lines.isEmpty {
                    try file.write(lines)
                } else if isEnding {
                    try file.finish()
                    let size = file.size
                    return state.withLock { $0.size = size }
                } else {
                    work.waitAndReset(until: file.commitDeadline)
                }
                if let deadline = file.commitDeadline, deadline <= .now { try file.commit() }
            }
        } catch {
            state.withLock { $0.stop = error }
            room.signal()
        }
    }
}
