import Glibc
import LinuxSystem

/// The pieces of one sendmsg: gathered without copying, sent at once, used again for the next.
@safe final class SendVector {
    /// What became of an attempt to send.
    enum Outcome: Equatable {
        /// So many bytes went out.
        case sent(Int)
        /// The peer reads too slowly; nothing went out.
        case full
        /// The peer is gone.
        case gone
    }

    /// The most pieces of one call.
    static let limit = 64

    private var pieces: [iovec] = unsafe []

    /// Forgets the pieces of the last call.
    func removeAll() { unsafe pieces.removeAll(keepingCapacity: true) }

    /// Adds a piece, which must stay where it is until it was sent.
    func append(_ piece: UnsafeRawBufferPointer) {
        unsafe pieces.append(
            iovec(iov_base: UnsafeMutableRawPointer(mutating: piece.baseAddress), iov_len: piece.count))
    }

    /// Sends one piece and nothing else, as far as it goes, without waiting.
    func send(_ bytes: [UInt8], to socket: borrowing Descriptor) -> Outcome {
        unsafe bytes.withUnsafeBytes { piece in
            removeAll()
            unsafe append(piece)
            return send(to: socket)
        }
    }

    /// Sends the pieces as far as they go, without waiting.
    func send(to socket: borrowing Descriptor) -> Outcome {
        let number = socket.number
        return unsafe pieces.withUnsafeMutableBufferPointer { buffer in
            var message = unsafe msghdr()
            unsafe message.msg_iov = buffer.baseAddress
            unsafe message.msg_iovlen = buffer.count
            while true {
                let sent = unsafe sendmsg(number, &message, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
                if sent >= 0 { return .sent(sent) }
                switch errno {
                case EINTR: continue
                // Unix sockets report a lack of memory where there may be some later.
                case EAGAIN, ENOBUFS, ENOMEM: return .full
                default: return .gone
                }
            }
        }
    }
}
