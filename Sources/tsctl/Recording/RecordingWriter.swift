import CLinux
import Glibc
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
    static func start(_ file: consuming RecordingFile) throws(Failure) -> (RecordingWriter, WriterThread) {
        do throws(SystemError) {
            let writer = RecordingWriter(work: try Signal(), room: try Signal())
            let thread = try WriterThread(file: file) { writer.writeAll(&$0) }
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

/// Something that one thread gives and another waits for; given twice before it is taken it counts once.
final class Signal: Sendable {
    private let reading: Descriptor
    private let writing: Descriptor

    init() throws(SystemError) {
        var ends: [Int32] = [-1, -1]
        guard unsafe clinux_pipe(&ends) == 0 else { throw .last("pipe") }
        let first = try Descriptor(ends[0], of: "pipe")
        let second = try Descriptor(ends[1], of: "pipe")
        for number in ends { _ = fcntl(number, F_SETFL, O_NONBLOCK) }
        reading = first
        writing = second
    }

    /// Gives it. A pipe that is full says so already.
    func give() { _ = unsafe write(writing.number, [1], 1) }

    /// Waits until it is given, or until then, and takes it.
    func wait(until deadline: ContinuousClock.Instant?) {
        var descriptor = pollfd(fd: reading.number, events: Int16(POLLIN), revents: 0)
        var milliseconds: Int32 = -1
        if let deadline {
            let rest = (deadline - .now).components
            milliseconds = max(0, Int32(clamping: rest.seconds * 1_000 + rest.attoseconds / 1_000_000_000_000_000 + 1))
        }
        _ = unsafe poll(&descriptor, 1, milliseconds)
        var bytes = (UInt64(0), UInt64(0))
        while unsafe read(reading.number, &bytes, MemoryLayout.size(ofValue: bytes)) > 0 {}
    }
}

/// The thread of a writer, to be waited for once.
struct WriterThread {
    private final class Start {
        var file: RecordingFile?
        let body: (inout RecordingFile) -> Void

        init(_ file: consuming RecordingFile, _ body: @escaping (inout RecordingFile) -> Void) {
            self.file = consume file
            self.body = body
        }
    }

    private let thread: pthread_t

    init(file: consuming RecordingFile, _ body: @escaping @Sendable (inout RecordingFile) -> Void) throws(SystemError) {
        // Signals are for the thread that waits for them.
        var (all, previous) = (sigset_t(), sigset_t())
        unsafe sigfillset(&all)
        unsafe pthread_sigmask(SIG_SETMASK, &all, &previous)
        defer { unsafe pthread_sigmask(SIG_SETMASK, &previous, nil) }
        var thread = pthread_t()
        let start = unsafe Unmanaged.passRetained(Start(file, body))
        let error = unsafe pthread_create(
            &thread, nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                let start = unsafe Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
                if var file = start.file.take() { start.body(&file) }
                return nil
            }, start.toOpaque())
        guard error == 0 else {
            unsafe start.release()
            throw SystemError("pthread_create", errno: error)
        }
        self.thread = thread
    }

    /// Waits for its end.
    func join() { pthread_join(thread, nil) }
}
