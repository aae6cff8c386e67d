import Glibc
import LinuxSystem
import Synchronization

/// The one writer of standard output, or of what takes its place: whole lines are gathered and written at once, when
/// whoever writes them says so.
///
/// Writing can be interrupted: a reader who stops reading must not keep tsctl from ending. What is written in pieces of
/// at most PIPE_BUF to something that poll calls writable does not block.
struct StandardOutput: ~Copyable {
    /// Why writing ended.
    enum Stop: Error, Equatable {
        /// The reader went away, which is its right.
        case readerGone
        /// The user asked to end.
        case interrupted
        /// It cannot be written.
        case failed(Failure)
    }

    private var buffer: [UInt8] = []
    private let descriptor: Int32
    private let name: String
    private static let gathered = 32_768
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

    /// Adds a line that is bytes already.
    mutating func line(_ bytes: some Sequence<UInt8>) {
        buffer.append(contentsOf: bytes)
        buffer.append(UInt8(ascii: "\n"))
    }

    /// Adds text that ends no line.
    mutating func text(_ text: String) { buffer.append(contentsOf: text.utf8) }

    /// Whether enough was gathered to write it.
    var isFull: Bool { buffer.count >= (Self.writesEachLine.load(ordering: .relaxed) ? 1 : Self.gathered) }

    /// Whether nothing is gathered, because what goes to standard error meanwhile belongs between the lines.
    static let writesEachLine = Atomic(false)

    /// Writes what was gathered; stops when `interruption`, a descriptor, becomes readable.
    mutating func flush(interruptedBy interruption: Int32? = nil) throws(Stop) {
        var written = 0
        defer { buffer.removeAll(keepingCapacity: true) }
        while written < buffer.count {
            if let interruption { try waitUntilWritable(interruption) }
            let rest = buffer.count - written
            let count = unsafe buffer.withUnsafeBytes { bytes in
                unsafe write(
                    descriptor, UnsafeRawBufferPointer(rebasing: bytes[written...]).baseAddress,
                    interruption == nil ? rest : min(rest, Self.piece))
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
        // An error on the descriptor itself is left to write, which knows which one it is.
        if descriptors[0].revents == 0 { throw .interrupted }
    }

    private func stop(_ error: SystemError) -> Stop {
        error.errno == EPIPE ? .readerGone : .failed(Failure("cannot write to \(name): \(error.text)"))
    }
}
