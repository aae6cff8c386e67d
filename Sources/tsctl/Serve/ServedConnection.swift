import CommandSupport
import Glibc
import LinuxSystem
import TaskstatsProtocol

/// The socket of one client of a served daemon, with its session.
final class ServedConnection {
    let descriptor: Descriptor
    var session: ServedSession
    /// When the next record is due, in monotonic nanoseconds; nil if nothing waits for a time.
    private(set) var due: UInt64?
    private var framer = LineFramer(limit: ProtocolLimits.requestBytes)
    /// Whether the client has closed its sending side; it may still read.
    private var hasEnded = false
    /// Whether the connection can be closed.
    private(set) var isOver = false

    init(_ descriptor: consuming Descriptor, _ session: ServedSession) {
        self.descriptor = descriptor
        self.session = session
    }

    /// The events to wait for.
    var events: Int16 {
        (session.wantsRequests && !hasEnded ? Int16(POLLIN) : 0) | (session.output.isEmpty ? 0 : Int16(POLLOUT))
    }

    /// Reads what the client has sent, and answers its requests.
    func read(at present: ServedSession.Present, _ counts: ServedSession.Counts) {
        guard session.wantsRequests, !hasEnded else { return }
        do throws(SystemError) {
            var count: Int? = nil
            try unsafe framer.fill { (room) throws(SystemError) in
                unsafe count = try descriptor.read(into: room)
                return count ?? 0
            }
            if count == 0 { hasEnded = true }
        } catch {
            isOver = true
        }
        answer(at: present, counts)
    }

    /// Ends the connection with a client that is gone, or that has received everything; the unread input is discarded, so
    /// that it can still read what was sent.
    func close() {
        unsafe withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 16) { room in
            _ = try? unsafe descriptor.read(into: room)
        }
        isOver = true
    }

    /// Answers the requests that were read, as far as the client reads the answers.
    private func answer(at present: ServedSession.Present, _ counts: ServedSession.Counts) {
        while session.wantsRequests {
            let item = unsafe framer.next { line in
                Result { () throws(RequestDecoder.Failure) in unsafe try RequestDecoder.decode(line) }
            }
            switch item {
            case .incomplete: return
            case .line(.success(let request)): session.handle(request, at: present, counts)
            case .line(.failure(let failure)): session.reject(failure)
            case .tooLong:
                session.reject(
                    RequestDecoder.Failure(
                        id: nil,
                        error: ProtocolError(
                            .invalidRequest, "line longer than \(ProtocolLimits.requestBytes) bytes")))
            }
        }
    }

    /// Sends a piece of what is due, as far as the client reads; the other clients are served before the next piece.
    func send(at present: ServedSession.Present, _ counts: ServedSession.Counts) {
        if framer.pendingBytes > 0 { answer(at: present, counts) }
        let next = session.play(at: present.monotonic)
        due = sendOutput() ? present.monotonic : next
        let isDone = hasEnded && session.playback == nil || session.ending != nil
        if isDone, session.output.isEmpty { close() }
    }

    /// Sends bytes; returns whether there may be room for more.
    private func sendOutput() -> Bool {
        guard !session.output.isEmpty, !isOver else { return false }
        let sent = unsafe session.output.withUnsafeBytes { bytes in
            unsafe Glibc.send(
                descriptor.number, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
        }
        guard sent >= 0 else {
            if errno != EAGAIN, errno != EINTR { isOver = true }
            return false
        }
        session.sent(sent)
        return true
    }
}
