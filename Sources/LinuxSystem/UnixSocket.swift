import Glibc

/// Unix sockets named by a path.
package enum UnixSocket {
    /// The longest path that the kernel takes, in bytes.
    package static let pathLimit = 107

    /// Connects a stream socket, waiting for it; EAGAIN when the listener had no room for so long.
    package static func connect(to path: String, within limit: Duration? = nil) throws(SystemError) -> Descriptor {
        let socket = try new(SOCK_STREAM)
        if let limit { try limitWaiting(socket, to: limit) }
        while try unsafe call("connect", path, { unsafe Glibc.connect(socket.number, $0, $1) }) == EINTR {}
        return socket
    }

    /// Connects a stream socket without waiting, now or later; EAGAIN when the listener has no room.
    package static func connectNow(to path: String) throws(SystemError) -> Descriptor {
        let socket = try new(SOCK_STREAM, SOCK_NONBLOCK)
        while try unsafe call("connect", path, { unsafe Glibc.connect(socket.number, $0, $1) }) == EINTR {}
        return socket
    }

    /// Connects a datagram socket; a path that begins with @ is a name in the kernel instead of a file.
    package static func connectDatagram(to path: String) throws(SystemError) -> Descriptor {
        let socket = try new(SOCK_DGRAM)
        while try unsafe call("connect", path, { unsafe Glibc.connect(socket.number, $0, $1) }) == EINTR {}
        return socket
    }

    /// A stream socket bound to the path that does not listen so far; EADDRINUSE when the path exists.
    package static func bind(to path: String) throws(SystemError) -> Descriptor {
        let socket = try new(SOCK_STREAM, SOCK_NONBLOCK)
        _ = try unsafe call("bind", path) { unsafe Glibc.bind(socket.number, $0, $1) }
        return socket
    }

    /// A datagram socket bound to the path, or with an @ before it to a name in the kernel.
    package static func bindDatagram(to path: String) throws(SystemError) -> Descriptor {
        let socket = try new(SOCK_DGRAM)
        _ = try unsafe call("bind", path) { unsafe Glibc.bind(socket.number, $0, $1) }
        return socket
    }

    /// The path that a socket is bound to, with an @ before it when it is a name in the kernel; nil when there is none.
    package static func path(of descriptor: Int32) -> String? {
        var address = sockaddr_un()
        var length = socklen_t(MemoryLayout<sockaddr_un>.size)
        let status = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe getsockname(descriptor, $0, &length)
            }
        }
        let count = Int(length) - MemoryLayout<sa_family_t>.size
        guard status == 0, count > 0 else { return nil }
        var bytes = unsafe withUnsafeBytes(of: &address.sun_path) { unsafe Array($0.prefix(count)) }
        if bytes[0] == 0 { bytes[0] = UInt8(ascii: "@") } else { bytes.removeAll { $0 == 0 } }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func new(_ type: __socket_type, _ flags: __socket_type...) throws(SystemError) -> Descriptor {
        let flags = flags.reduce(Int32(SOCK_CLOEXEC.rawValue)) { $0 | Int32($1.rawValue) }
        return try Descriptor(socket(AF_UNIX, Int32(type.rawValue) | flags, 0), of: "socket")
    }

    private static func limitWaiting(_ socket: borrowing Descriptor, to limit: Duration) throws(SystemError) {
        let (seconds, attoseconds) = max(limit, .microseconds(1)).components
        var time = timeval(tv_sec: Int(seconds), tv_usec: Int(attoseconds / 1_000_000_000_000))
        let size = socklen_t(MemoryLayout<timeval>.size)
        guard unsafe setsockopt(socket.number, SOL_SOCKET, SO_SNDTIMEO, &time, size) == 0 else {
            throw .last("setsockopt")
        }
    }

    /// Makes a call with the address of a path: 0, or EINTR for the caller to repeat.
    private static func call(
        _ name: String, _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) throws(SystemError) -> Int32 {
        var bytes = Array(path.utf8)
        guard !bytes.isEmpty, bytes.count <= pathLimit, !bytes.contains(0) else {
            throw SystemError(name, errno: ENAMETOOLONG)
        }
        // A name in the kernel begins with a zero and is as long as the address says; a path ends with a zero.
        if bytes[0] == UInt8(ascii: "@") { bytes[0] = 0 } else { bytes.append(0) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
        let status = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe body($0, socklen_t(MemoryLayout<sa_family_t>.size + bytes.count))
            }
        }
        if status == 0 { return 0 }
        if errno == EINTR { return EINTR }
        throw .last(name)
    }
}
