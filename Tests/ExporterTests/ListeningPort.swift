import Glibc
import LinuxSystem

/// A port of this machine that is in use.
final class ListeningPort {
    private let socket: Descriptor
    let port: UInt16

    init() throws {
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        let socket = try Descriptor(Glibc.socket(AF_INET, kind, 0), of: "socket")
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let (number, size) = (socket.number, length)
        let status = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                unsafe bind(number, pointer, size) == 0 && listen(number, 1) == 0
                    && getsockname(number, pointer, &length) == 0
            }
        }
        guard status else { throw SystemError.last("bind") }
        port = UInt16(bigEndian: address.sin_port)
        self.socket = consume socket
    }
}
