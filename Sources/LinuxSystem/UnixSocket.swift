import Glibc

/// Unix sockets addressed by a path.
package enum UnixSocket {
    /// The maximum length of a path, in bytes.
    package static let pathLimit = 107

    /// Connects a stream socket; fails with EAGAIN when the listener's backlog stayed full until the limit.
    ///
    /// The kernel has no event for a backlog that has room again: poll reports nothing about the listener's side. But a
    /// blocking connect waits in the listener's queue, in order of arrival, for the time set with SO_SNDTIMEO.
    package static func connect(to path: String, within limit: Duration? = nil) throws(SystemError) -> Descriptor {
        let socket = try new(SOCK_STREAM)
        let deadline = limit.map { SuspendingClock.now.advanced(by: $0) }
        if let limit { try limitWaiting(socket, to: limit) }
        while try unsafe call("connect", path, { unsafe Glibc.connect(socket.number, $0, $1) }) == EINTR {
            guard let deadline else { continue }
            // Each interrupted call starts with the whole limit again.
            let remaining = SuspendingClock.now.duration(to: deadline)
            guard remaining > .zero else { throw SystemError("connect", errno: EAGAIN) }
            try limitWaiting(socket, to: remaining)
        }
        return socket
    }

    /// Connects a non-blocking stream socket; fails with EAGAIN when the listener's backlog is full.
    package static func connectNow(to path: String) throws(SystemError) -> Descriptor {
        let socket = try new(SOCK_STREAM, SOCK_NONBLOCK)
        while try unsafe call("connect", path, { unsafe Glibc.connect(socket.number, $0, $1) }) == EINTR {}
        return socket
    }

    /// Connects a non-blocking stream socket; nil when the listener's backlog is full.
    package static func connectUnlessFull(to path: String) throws(SystemError) -> Descriptor? {
        do throws(SystemError) {
            return try connectNow(to: path)
        } catch {
            guard error.errno == EAGAIN else { throw error }
            return nil
        }
    }

    /// Connects a datagram socket; a path that begins with @ is an abstract name.
    package static func connectDatagram(to path: String) throws(SystemError) -> Descriptor {
        let socket = try new(SOCK_DGRAM)
        while try unsafe call("connect", path, { unsafe Glibc.connect(socket.number, $0, $1) }) == EINTR {}
        return socket
    }

    /// Binds a stream socket to the path without listening; fails with EADDRINUSE when the path exists.
    package static func bind(to path: String) throws(SystemError) -> Descriptor {
        let socket = try new(SOCK_STREAM, SOCK_NONBLOCK)
        _ = try unsafe call("bind", path) { unsafe Glibc.bind(socket.number, $0, $1) }
        return socket
    }

    /// Binds a datagram socket to the path, or, if it begins with @, to an abstract name.
    package static func bindDatagram(to path: String) throws(SystemError) -> Descriptor {
        let socket = try new(SOCK_DGRAM)
        _ = try unsafe call("bind", path) { unsafe Glibc.bind(socket.number, $0, $1) }
        return socket
    }

    /// Returns the path to which a socket is bound, with an initial @ for an abstract name; nil when there is none.
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
        // An abstract name begins with a zero, and the address length delimits it; a path ends with a zero.
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

/// Integer options of SOL_SOCKET.
package enum SocketOption {
    /// Returns the value of an option; fails with ENOTSOCK when the descriptor is not a socket.
    package static func read(_ name: Int32, of descriptor: Int32) throws(SystemError) -> Int32 {
        var value: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        guard unsafe getsockopt(descriptor, SOL_SOCKET, name, &value, &length) == 0 else { throw .last("getsockopt") }
        return value
    }

    /// Returns the number of messages that the kernel has dropped because a socket was full.
    package static func drops(of descriptor: Int32) throws(SystemError) -> UInt32 {
        // SO_MEMINFO: nine counters, the last of which is sk_drops.
        var counters = InlineArray<9, UInt32>(repeating: 0)
        var length = socklen_t(MemoryLayout<InlineArray<9, UInt32>>.size)
        guard unsafe getsockopt(descriptor, SOL_SOCKET, SO_MEMINFO, &counters, &length) == 0 else {
            throw .last("getsockopt SO_MEMINFO")
        }
        return counters[8]
    }
}
