import CLinux
import Glibc
import LinuxSystem
import TaskstatsBroker
import TaskstatsProtocol

/// The socket of one client and the lines that come in on it; decides nothing.
final class ClientConnection {
    let id: ClientID
    /// The user whose turn its requests take up.
    let uid: UInt32
    let descriptor: Descriptor
    var framer = LineFramer(limit: ProtocolLimits.requestBytes)
    /// The peer will send nothing more; it may still want to read.
    private(set) var hasEnded = false
    /// Lines were left unread because too much waits for the client; they have their turn when it has read some of that.
    var hasHeldLines = false
    /// It stands in the daemon's list of those whose lines are to be handled.
    var isWaiting = false
    /// It stands in the daemon's list of those from whom nothing is read for a moment.
    var isResting = false
    /// The last sign that it takes what waits for it, while there is no room for more; in monotonic nanoseconds.
    private(set) var stalledSince: UInt64?
    /// What it had not read then.
    private var unreadBytes: Int32 = 0
    /// What epoll watches for now.
    var watched: EventFlags = .readable

    init(id: ClientID, uid: UInt32, descriptor: consuming Descriptor) {
        self.id = id
        self.uid = uid
        self.descriptor = descriptor
    }

    /// Takes what is there to read; false when the connection is broken.
    func read() -> Bool {
        do throws(SystemError) {
            try unsafe framer.fill { (buffer) throws(SystemError) in
                guard let count = try unsafe descriptor.read(into: buffer) else { return 0 }
                if count == 0 { hasEnded = true }
                return count
            }
            return true
        } catch {
            return false
        }
    }

    /// There was no room to send at this time.
    func noteStall(at now: UInt64) { (stalledSince, unreadBytes) = (now, clinux_unread_bytes(descriptor.number)) }

    /// Something could be sent.
    func noteProgress() { stalledSince = nil }

    /// When it last was seen to take something while there was no room; nil when there is room.
    ///
    /// The socket is writable again only when most was read, so what was not read is looked at as well; the kernel counts
    /// it by the pieces in which it was sent.
    func lastSignOfReading(at now: UInt64) -> UInt64? {
        guard stalledSince != nil else { return nil }
        let unread = clinux_unread_bytes(descriptor.number)
        if unread < unreadBytes { (stalledSince, unreadBytes) = (now, unread) }
        return stalledSince
    }

    /// Takes what the peer sent and nobody will read, so that the last lines reach it instead of a reset.
    static func discardInput(_ descriptor: borrowing Descriptor) {
        let most = 64
        unsafe withUnsafeTemporaryAllocation(byteCount: 65_536, alignment: 16) { buffer in
            for _ in 0..<most {
                guard let read = try? unsafe descriptor.read(into: buffer), read > 0 else { return }
            }
        }
    }
}
