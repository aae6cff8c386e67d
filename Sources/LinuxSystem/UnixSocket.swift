import Glibc

/// Unix stream sockets named by a path.
package enum UnixSocket {
    /// The longest path that the kernel takes, in bytes.
    package static let pathLimit = 107

    /// Connects, waiting for it.
    package static func connect(to path: String) throws(SystemError) -> Descriptor {
        let socket = try stream(flags: 0)
        while try unsafe call("connect", path, { unsafe Glibc.connect(socket.number, $0, $1) }) == EINTR {}
        return socket
    }

    /// A socket bound to the path that does not listen so far; EADDRINUSE when the path exists.
    package static func bind(to path: String) throws(SystemError) -> Descriptor {
        let socket = try stream(flags: Int32(SOCK_NONBLOCK.rawValue))
        _ = try unsafe call("bind", path) { unsafe Glibc.bind(socket.number, $0, $1) }
        return socket
    }

    private static func stream(flags: Int32) throws(SystemError) -> Descriptor {
        try Descriptor(
            socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | flags, 0), of: "socket")
    }

    /// Makes a call with the address of a path: 0, or EINTR for the caller to repeat.
    private static func call(
        _ name: String, _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) throws(SystemError) -> Int32 {
        let bytes = Array(path.utf8)
        guard !bytes.isEmpty, bytes.count <= pathLimit, !bytes.contains(0) else {
            throw SystemError(name, errno: ENAMETOOLONG)
        }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
        let status = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        if status == 0 { return 0 }
        if errno == EINTR { return EINTR }
        throw .last(name)
    }
}
