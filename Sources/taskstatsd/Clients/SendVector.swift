import Glibc
import LinuxSystem

/// The buffers of one sendmsg call, gathered without copying and reused for the next call.
@safe final class SendVector {
    /// The result of an attempt to send.
    enum Outcome: Equatable {
        /// The number of bytes sent.
        case sent(Int)
        /// The peer reads too slowly; nothing was sent.
        case full
        /// The peer has disconnected.
        case gone
    }

    /// The maximum number of pieces per call.
    static let limit = 64

    private var pieces: [iovec] = unsafe []

    /// Removes the pieces of the last call.
    func removeAll() { unsafe pieces.removeAll(keepingCapacity: true) }

    /// Adds a piece, whose memory must stay valid until it is sent.
    func append(_ piece: UnsafeRawBufferPointer) {
        unsafe pieces.append(
            iovec(iov_base: UnsafeMutableRawPointer(mutating: piece.baseAddress), iov_len: piece.count))
    }

    /// Sends one piece as far as possible, without waiting.
    func send(_ bytes: [UInt8], to socket: borrowing Descriptor) -> Outcome {
        unsafe bytes.withUnsafeBytes { piece in
            removeAll()
            unsafe append(piece)
            return send(to: socket)
        }
    }

    /// Sends the pieces as far as possible, without waiting.
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
                // Unix sockets report a temporary lack of memory.
                case EAGAIN, ENOBUFS, ENOMEM: return .full
                default: return .gone
                }
            }
        }
    }
}
