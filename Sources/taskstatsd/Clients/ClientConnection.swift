import CLinux
import Glibc
import LinuxSystem
import TaskstatsBroker
import TaskstatsProtocol

/// The socket of one client, with framing of the lines received on it; it decides nothing.
final class ClientConnection {
    let id: ClientID
    /// The principal charged for its CPU time.
    let principal: Principal
    private(set) var descriptor: Descriptor
    /// Whether descriptors can arrive on it, which affects reading and closing.
    let isGuarded: Bool
    var framer = LineFramer(limit: ProtocolLimits.requestBytes)
    /// Whether the peer has closed its sending side; it may still read.
    private(set) var hasEnded = false
    /// Whether lines were left unread because the client's queue is full.
    ///
    /// They are served once the client has read enough.
    var hasHeldLines = false
    /// Whether epoll reported unread input.
    var isReadable = false
    /// Whether it is in the daemon's request queue.
    var isWaiting = false
    /// Whether it is in the daemon's send queue.
    var isSending = false
    /// Whether it is in the daemon's queue of replays.
    var isReplaying = false
    /// Whether it is in the daemon's list of throttled connections.
    var isThrottled = false
    /// Whether the answer to its last query is pending; nothing is read from it until then.
    var isAwaitingAnswer = false
    /// When the client last read queued data while its socket was full, in monotonic nanoseconds; nil when there is
    /// room.
    private(set) var stalledSince: UInt64?
    /// The number of unread bytes at that time.
    private var unreadBytes: Int32 = 0
    /// The events that epoll reports; nil after those that it reports once.
    var watched: EventFlags? = .readable

    init(id: ClientID, principal: Principal, descriptor: consuming Descriptor, isGuarded: Bool = false) {
        self.id = id
        self.principal = principal
        self.descriptor = descriptor
        self.isGuarded = isGuarded
    }

    /// The result of reading from the connection.
    enum ReadOutcome {
        /// The available bytes, if any, were read.
        case read
        /// The connection is broken.
        case broken
        /// The client passed descriptors. None was received, and nothing more is read from the connection.
        case passedDescriptors
    }

    /// Reads the available bytes.
    func read() -> ReadOutcome {
        var outcome = ReadOutcome.read
        do throws(SystemError) {
            try unsafe framer.fill { (buffer) throws(SystemError) in
                guard isGuarded else { return try unsafe readBytes(into: buffer) }
                switch try unsafe PassedDescriptors.peek(descriptor, into: buffer) {
                case .nothing: return 0
                case .bytes(let count):
                    return try unsafe readBytes(into: UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(count)))
                case .descriptors: outcome = .passedDescriptors
                case .end: break
                }
                hasEnded = true
                return 0
            }
            return outcome
        } catch {
            return .broken
        }
    }

    private func readBytes(into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
        guard let count = try unsafe descriptor.read(into: buffer) else { return 0 }
        if count == 0 { hasEnded = true }
        return count
    }

    /// Transfers ownership of the socket, which the caller must close.
    func takeDescriptor() -> Descriptor {
        var socket = Descriptor.closed
        swap(&socket, &descriptor)
        return socket
    }

    /// Records that the socket had no room to send.
    func noteStall(at now: UInt64) { (stalledSince, unreadBytes) = (now, clinux_unread_bytes(descriptor.number)) }

    /// Records that data was sent.
    func noteProgress() { stalledSince = nil }

    /// Returns when the client last read data while its socket was full; nil when there is room.
    ///
    /// The socket becomes writable only after most of its data has been read, so the unread byte count is checked as
    /// well. The kernel counts unread data in the pieces in which it was sent.
    func lastSignOfReading(at now: UInt64) -> UInt64? {
        guard stalledSince != nil else { return nil }
        let unread = clinux_unread_bytes(descriptor.number)
        if unread < unreadBytes { (stalledSince, unreadBytes) = (now, unread) }
        return stalledSince
    }

    /// Discards unread input, so that the peer receives the last lines instead of a reset.
    static func discardInput(_ descriptor: borrowing Descriptor) {
        let most = 64
        unsafe withUnsafeTemporaryAllocation(byteCount: 65_536, alignment: 16) { buffer in
            for _ in 0..<most {
                guard let read = try? unsafe descriptor.read(into: buffer), read > 0 else { return }
            }
        }
    }
}
