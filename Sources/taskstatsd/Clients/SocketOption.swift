import Glibc
import LinuxSystem

/// Integer options of SOL_SOCKET.
enum SocketOption {
    /// Returns the value of an option; fails with ENOTSOCK when the descriptor is not a socket.
    static func read(_ name: Int32, of descriptor: Int32) throws(SystemError) -> Int32 {
        var value: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        guard unsafe getsockopt(descriptor, SOL_SOCKET, name, &value, &length) == 0 else { throw .last("getsockopt") }
        return value
    }
}
