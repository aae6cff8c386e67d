import CommandSupport
import Glibc
import LinuxSystem
import Synchronization

/// The only writer of standard output, or of its replacement; it buffers whole lines until a flush.
///
/// A write can be interrupted: a stalled reader must not keep tsctl from ending. A write of at most PIPE_BUF does not
/// block if poll reports the descriptor as writable.
struct StandardOutput: ~Copyable {
    /// The reason why writing ended.
    enum Stop: Error, Equatable {
        /// The reader went away, which is not an error.
        case readerGone
        /// The user requested the end.
        case interrupted
        /// Writing failed.
        case failed(Failure)
    }

    private var buffer: [UInt8] = []
    /// The number of bytes that were written.
    private(set) var written: UInt64 = 0
    /// How long the reader has once the command must end; without it, writing stops when it is interrupted.
    var timeout: OutputTimeout?
    private let descriptor: Int32
    private let name: String
    private static let flushThreshold = 32_768
    private static let piece = 4_096

    init(descriptor: Int32 = STDOUT_FILENO, name: String = "standard output") {
        self.descriptor = descriptor
        self.name = name
    }

    /// Adds a line.
    mutating func line(_ text: some StringProtocol) {
        buffer.append(contentsOf: text.utf8)
        buffer.append(UInt8(ascii: "\n"))
    }

    /// Adds a line of bytes.
    mutating func line(_ bytes: some Sequence<UInt8>) {
        buffer.append(contentsOf: bytes)
        buffer.append(UInt8(ascii: "\n"))
    }

    /// Adds bytes without a newline.
    mutating func add(_ bytes: some Sequence<UInt8>) { buffer.append(contentsOf: bytes) }

    /// Adds text without a newline.
    mutating func text(_ text: String) { buffer.append(contentsOf: text.utf8) }

    /// Whether enough is buffered to write it.
    var isFull: Bool { buffer.count >= (Self.writesEachLine.load(ordering: .relaxed) ? 1 : Self.flushThreshold) }

    /// Whether nothing is buffered, because messages on standard error belong between the lines.
    static let writesEachLine = Atomic(false)

    /// The number of bytes that were written or are buffered.
    var end: UInt64 { written + UInt64(buffer.count) }

    /// Writes the buffered lines; stops if the descriptor `interruption` becomes readable, and keeps the rest then.
    mutating func flush(interruptedBy interruption: Int32? = nil) throws(Stop) {
        var count = 0
        defer { buffer.removeFirst(count) }
        do throws(Stop) {
            defer { written += UInt64(count) }
            try write(interruptedBy: interruption, &count)
        } catch {
            if error != .interrupted { count = buffer.count }
            throw error
        }
    }

    /// The number of lines that were buffered and not written completely.
    var pendingLines: Int { buffer.count { $0 == UInt8(ascii: "\n") } }

    /// Discards the lines that were not written.
    mutating func discardPending() { buffer.removeAll() }

    private func write(interruptedBy interruption: Int32?, _ written: inout Int) throws(Stop) {
        while written < buffer.count {
            if let timeout {
                guard timeout.waitUntilWritable(descriptor) else { throw .interrupted }
            } else if let interruption {
                try waitUntilWritable(interruption)
            }
            let remaining = buffer.count - written
            let count = unsafe buffer.withUnsafeBytes { bytes in
                unsafe Glibc.write(
                    descriptor, UnsafeRawBufferPointer(rebasing: bytes[written...]).baseAddress,
                    interruption == nil && timeout == nil ? remaining : min(remaining, Self.piece))
            }
            if count >= 0 {
                written += count
            } else if errno == EAGAIN {
                try waitUntilWritable(interruption)
            } else if errno != EINTR {
                throw stop(SystemError.last("write"))
            }
        }
    }

    private func waitUntilWritable(_ interruption: Int32?) throws(Stop) {
        var descriptors = [pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)]
        if let interruption { descriptors.append(pollfd(fd: interruption, events: Int16(POLLIN), revents: 0)) }
        while unsafe poll(&descriptors, nfds_t(descriptors.count), -1) < 0 {
            guard errno == EINTR else { throw stop(SystemError.last("poll")) }
        }
        // write reports an error of the descriptor itself, with its cause.
        if descriptors[0].revents == 0 { throw .interrupted }
    }

    private func stop(_ error: SystemError) -> Stop {
        error.errno == EPIPE ? .readerGone : .failed(Failure("cannot write to \(name): \(error.text)"))
    }
}

/// The format of a command's output.
enum OutputForm {
    /// For people.
    case text
    /// For programs: lines of JSON.
    case json
    /// For spreadsheets: the table as comma-separated values.
    case csv
}

/// The time that a command waits for a stalled reader: unlimited while it runs, and short once it must end.
struct OutputTimeout {
    /// The descriptor that becomes readable when the command must end.
    let ending: Int32

    private static let graceMilliseconds: Int32 = 500
    /// The time limit for each chunk after that.
    static let graceText = "0.5 s"

    /// Waits until PIPE_BUF bytes can be written without blocking; returns false if the reader did not read in time.
    func waitUntilWritable(_ descriptor: Int32) -> Bool { wait(for: POLLOUT, on: descriptor) }

    /// Waits for these events, or an error, on a descriptor; returns false if there was none in time.
    func wait(for events: Int32, on descriptor: Int32) -> Bool {
        var descriptors = [
            pollfd(fd: descriptor, events: Int16(events), revents: 0),
            pollfd(fd: ending, events: Int16(POLLIN), revents: 0),
        ]
        while unsafe poll(&descriptors, 2, -1) < 0, errno == EINTR {}
        if descriptors[0].revents != 0 { return true }
        return unsafe poll(&descriptors, 1, Self.graceMilliseconds) > 0
    }
}
