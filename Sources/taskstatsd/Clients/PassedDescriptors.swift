import CLinux
import Glibc
import LinuxSystem

/// Keeps descriptors passed by clients (SCM_RIGHTS) out of this process.
///
/// The last close of a descriptor can block for as long as its sender chooses: a TCP socket with SO_LINGER waits for a
/// peer that never reads. The process that drops the last reference waits, and that is the process in whose socket the
/// descriptor is queued. With SO_PASSRIGHTS (Linux 6.16) none is ever queued. A connection that may have received one,
/// because the kernel is older or the connection predates the option, is guarded: input is peeked before it is read,
/// reading stops at the first descriptor, and ``DescriptorCloser`` closes it.
enum PassedDescriptors {
    /// The content of a guarded connection.
    enum Content: Equatable {
        /// No data yet.
        case nothing
        /// Bytes in messages without descriptors.
        case bytes(Int)
        /// A message with descriptors, possibly after others.
        case descriptors
        /// The end of the stream.
        case end
    }

    /// Prepares an accepted connection and returns whether it must be guarded.
    ///
    /// A connection that could not be prepared must be treated as guarded, too.
    static func refuse(on connection: borrowing Descriptor) throws(SystemError) -> Bool {
        let result = clinux_guard_against_descriptors(connection.number)
        guard result >= 0 else { throw .last("setsockopt") }
        return result == 1
    }

    /// Copies pending input without consuming it; the references that a peek makes are never the last ones.
    static func peek(
        _ connection: borrowing Descriptor, into buffer: UnsafeMutableRawBufferPointer
    ) throws(SystemError) -> Content {
        while true {
            var carriesDescriptors = false
            let count = unsafe clinux_peek(connection.number, buffer.baseAddress, buffer.count, &carriesDescriptors)
            if carriesDescriptors { return .descriptors }
            if count > 0 { return .bytes(count) }
            if count == 0 { return .end }
            if errno == EINTR { continue }
            if errno == EAGAIN { return .nothing }
            throw .last("recvmsg")
        }
    }
}
