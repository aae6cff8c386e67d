import Glibc
import LinuxSystem
import Synchronization

/// Log lines on their way to standard error, which may block forever.
///
/// Until the writer thread runs, lines are written directly. After that no caller waits: a line is added to a bounded
/// queue, and a line that does not fit is dropped and counted. The writer reports the count as soon as there is room.
final class LogQueue: Sendable {
    /// The capacity of the queue in bytes.
    static let capacity = 256 << 10
    private static let stackBytes = 128 << 10

    private struct State {
        var queued: [UInt8] = []
        /// Bytes that the writer has taken but not yet written.
        var beingWritten = 0
        var dropped: UInt64 = 0
        var hasWriter = false
        /// Whether the writer waits for the counter.
        var isParked = false
        /// Whether the process is ending and waits for the writer.
        var isFlushing = false
    }

    private let output: Int32
    private let capacity: Int
    private let state = Mutex(State())
    /// Wakes the writer.
    private let wakeUp: EventCounter
    /// Wakes the thread that waits for the writer.
    private let progress: EventCounter
    /// Formats the line that reports a number of dropped messages.
    private let reportDropped: @Sendable (UInt64) -> String

    init(
        output: Int32 = STDERR_FILENO, capacity: Int = capacity, reportDropped: @escaping @Sendable (UInt64) -> String
    ) throws(SystemError) {
        self.output = output
        self.capacity = capacity
        self.reportDropped = reportDropped
        wakeUp = try EventCounter()
        progress = try EventCounter()
    }

    /// Starts the writer, which inherits the caller's current privileges.
    func startWriter() throws(SystemError) {
        try WorkerThread(self, stackBytes: Self.stackBytes) { $0.writeQueued() }.detach()
        state.withLock { $0.hasWriter = true }
    }

    /// Queues a line, including its newline.
    func append(_ line: String) {
        var line = line
        let mustWake = line.withUTF8 { bytes in
            state.withLock { state -> Bool? in
                guard state.hasWriter else { return nil }
                guard state.queued.count + bytes.count <= capacity else {
                    state.dropped += 1
                    return false
                }
                unsafe state.queued.append(contentsOf: bytes)
                defer { state.isParked = false }
                return state.isParked
            }
        }
        guard let mustWake else { return line.withUTF8 { unsafe Self.write($0, to: output) } }
        if mustWake { wakeUp.signal() }
    }

    /// Waits until everything is written, for a second at most and only while the writer makes progress.
    func flush() {
        let (patience, limit): (Int32, Int32) = (250, 1_000)
        let end = SystemClock.monotonicNanoseconds + UInt64(limit) * 1_000_000
        while SystemClock.monotonicNanoseconds < end {
            let isDone = state.withLock { state in
                state.isFlushing = true
                return !state.hasWriter || state.queued.isEmpty && state.beingWritten == 0
            }
            if isDone { return }
            guard progress.waitAndReset(milliseconds: patience) else { return }
        }
    }

    // MARK: The writer

    private func writeQueued() {
        while true {
            guard let batch = take() else {
                wakeUp.waitAndReset()
                continue
            }
            var remaining = batch[...]
            while !remaining.isEmpty {
                // In pieces, so that a slow reader counts as progress.
                let piece = remaining.prefix(4_096)
                unsafe piece.withUnsafeBytes { unsafe Self.write($0.bindMemory(to: UInt8.self), to: output) }
                remaining = remaining.dropFirst(piece.count)
                let count = piece.count
                let isAwaited = state.withLock {
                    $0.beingWritten -= count
                    return $0.isFlushing
                }
                if isAwaited { progress.signal() }
            }
        }
    }

    private func take() -> [UInt8]? {
        state.withLock { state in
            if state.dropped > 0 {
                state.queued += Array((reportDropped(state.dropped) + "\n").utf8)
                state.dropped = 0
            }
            guard !state.queued.isEmpty else {
                state.isParked = true
                return nil
            }
            let batch = state.queued
            state.queued = []
            state.beingWritten = batch.count
            return batch
        }
    }

    /// Writes all bytes, blocking as needed; an error cannot be reported anywhere.
    private static func write(_ bytes: UnsafeBufferPointer<UInt8>, to output: Int32) {
        var remaining = UnsafeRawBufferPointer(bytes)
        while unsafe !remaining.isEmpty {
            let count = unsafe Glibc.write(output, remaining.baseAddress, remaining.count)
            if count >= 0 {
                unsafe remaining = UnsafeRawBufferPointer(rebasing: remaining.dropFirst(count))
            } else if errno == EAGAIN {
                // Another program has made the file non-blocking.
                var entry = pollfd(fd: output, events: Int16(POLLOUT), revents: 0)
                _ = unsafe poll(&entry, 1, -1)
            } else if errno != EINTR {
                return
            }
        }
    }
}
