import LinuxSystem
import Synchronization

/// Writes a recording on a thread of its own, so that a disk or a compressor that is slow for a moment does not keep
/// records from being taken from the daemon.
///
/// What waits is bounded: beyond that whoever hands lines over waits too, and the daemon drops and counts what its queue
/// does not hold. Nobody waits by the clock, but for the frames of a compressed file.
final class RecordingWriter: Sendable {
    private struct State {
        var waiting: [UInt8] = []
        var isEnding = false
        var needsRoom = false
        var size: UInt64 = 0
        /// How writing ended before it should.
        var stop: StandardOutput.Stop?
    }

    private static let mostWaiting = 32 << 20

    private let state = Mutex(State())
    /// Becomes readable when something waits or it is to end, and when there is room again.
    private let work: Signal
    private let room: Signal

    /// Starts to write to a file.
    static func start(_ file: consuming RecordingFile) throws(Failure) -> (RecordingWriter, WorkerThread) {
        do throws(SystemError) {
            let writer = RecordingWriter(work: try Signal(), room: try Signal())
            let thread = try WorkerThread(file) { writer.writeAll(&$0) }
            return (writer, thread)
        } catch {
            throw Failure("cannot start to write: \(error)")
        }
    }

    private init(work: Signal, room: Signal) {
        self.work = work
        self.room = room
    }

    /// Hands whole lines over; waits while too many wait already.
    func write(_ lines: [UInt8]) throws(StandardOutput.Stop) {
        while true {
            let (stop, isTaken) = state.withLock { state -> (StandardOutput.Stop?, Bool) in
                if let stop = state.stop { return (stop, false) }
                state.needsRoom = state.waiting.count > Self.mostWaiting
                if !state.needsRoom { state.waiting += lines }
                return (nil, !state.needsRoom)
            }
            if let stop { throw stop }
            if isTaken { return work.give() }
            room.wait(until: nil)
        }
    }

    /// What writing ended with before it should; nil when it has not.
    var stop: StandardOutput.Stop? { state.withLock { $0.stop } }

    /// The bytes of the file so far; 0 when it is no file.
    var size: UInt64 { state.withLock { $0.size } }

    /// Lets it write what waits, and end.
    func end() {
        state.withLock { $0.isEnding = true }
        work.give()
    }

    // MARK: On its thread

    private func writeAll(_ file: inout RecordingFile) {
        do throws(StandardOutput.Stop) {
            var lines: [UInt8] = []
            while true {
                lines.removeAll(keepingCapacity: true)
                let size = file.size
                let (isEnding, needsRoom) = state.withLock { state in
                    state.size = size
                    swap(&state.waiting, &lines)
                    defer { state.needsRoom = false }
                    return (state.isEnding, state.needsRoom)
                }
                if needsRoom { room.give() }
                if !lines.isEmpty {
                    try file.write(lines)
                } else if isEnding {
                    try file.finish()
                    let size = file.size
                    return state.withLock { $0.size = size }
                } else {
                    work.wait(until: file.frameDeadline)
                }
                if let deadline = file.frameDeadline, deadline <= .now { try file.closeFrame() }
            }
        } catch {
            state.withLock { $0.stop = error }
            room.give()
        }
    }
}
