import Glibc
import LinuxSystem
import TestSupport

/// Two connected Unix sockets: the daemon's end and a client's.
struct SocketPair: ~Copyable {
    let ours: Descriptor
    let theirs: Descriptor

    static func open() throws -> SocketPair {
        var ends: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        guard unsafe socketpair(AF_UNIX, type, 0, &ends) == 0 else { throw SystemError.last("socketpair") }
        return SocketPair(
            ours: try Descriptor(ends[0], of: "socketpair"), theirs: try Descriptor(ends[1], of: "socketpair"))
    }

    private init(ours: consuming Descriptor, theirs: consuming Descriptor) {
        self.ours = ours
        self.theirs = theirs
    }

    func theirsSend(_ text: String) throws {
        let bytes = Array(text.utf8)
        let sent = unsafe send(theirs.number, bytes, bytes.count, 0)
        guard sent == bytes.count else { throw SystemError.last("send") }
    }

    /// Sends text with a descriptor (SCM_RIGHTS).
    func theirsPass(_ passed: borrowing Descriptor, with text: String, flags: Int32 = 0) throws {
        let number = passed.number
        var bytes = Array(text.utf8)
        // A cmsghdr and the number, padded to its alignment.
        let used = MemoryLayout<cmsghdr>.size + MemoryLayout<Int32>.size
        let sent = unsafe withUnsafeTemporaryAllocation(byteCount: used + 4, alignment: 8) { control in
            unsafe control.initializeMemory(as: UInt8.self, repeating: 0)
            var header = cmsghdr()
            header.cmsg_len = used
            header.cmsg_level = SOL_SOCKET
            header.cmsg_type = Int32(SCM_RIGHTS)
            unsafe control.storeBytes(of: header, as: cmsghdr.self)
            unsafe control.storeBytes(of: number, toByteOffset: MemoryLayout<cmsghdr>.size, as: Int32.self)
            return unsafe bytes.withUnsafeMutableBytes { bytes in
                var vector = unsafe iovec(iov_base: bytes.baseAddress, iov_len: bytes.count)
                return unsafe withUnsafeMutablePointer(to: &vector) { vector in
                    var message = unsafe msghdr()
                    unsafe message.msg_iov = vector
                    unsafe message.msg_iovlen = 1
                    unsafe message.msg_control = control.baseAddress
                    unsafe message.msg_controllen = control.count
                    return unsafe sendmsg(theirs.number, &message, flags)
                }
            }
        }
        guard sent == text.utf8.count else { throw SystemError.last("sendmsg") }
    }

    /// Returns the data that has arrived at the client's end.
    func theirsReceive() throws -> String {
        try Deadline().wait(for: POLLIN, on: theirs.number, "data in a socket")
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe recv(theirs.number, &bytes, bytes.count, 0)
        guard count >= 0 else { throw SystemError.last("recv") }
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }

    /// Makes the client stop reading.
    func theirsShutDown() { _ = shutdown(theirs.number, Int32(SHUT_RD)) }
}
