import CMnl
import Glibc
import LinuxSystem

/// An owned generic netlink socket.
@safe package struct NetlinkSocket: ~Copyable, NetlinkPort {
    private let socket: OpaquePointer
    /// The descriptor to wait on.
    package let descriptor: Int32

    /// Opens a socket and binds it to a port id chosen by the kernel.
    ///
    /// NETLINK_NO_ENOBUFS is set, so a full socket accepts the next record as soon as there is room. Otherwise it would
    /// refuse all records until it is empty. Drops are counted either way.
    package static func open() throws(SystemError) -> NetlinkSocket {
        guard let socket = unsafe mnl_socket_open2(NETLINK_GENERIC, Int32(SOCK_CLOEXEC.rawValue)) else {
            throw .last("socket")
        }
        let opened = unsafe NetlinkSocket(owning: socket)
        guard unsafe mnl_socket_bind(socket, 0, pid_t(MNL_SOCKET_AUTOPID)) == 0 else { throw .last("bind") }
        var on: Int32 = 1
        let length = socklen_t(MemoryLayout<Int32>.size)
        guard unsafe mnl_socket_setsockopt(socket, NETLINK_NO_ENOBUFS, &on, length) == 0 else {
            throw .last("setsockopt NETLINK_NO_ENOBUFS")
        }
        return opened
    }

    /// Adopts an open and bound generic netlink socket, with its port id and queued messages; fails with
    /// EPROTOTYPE for anything else.
    package static func adopt(_ descriptor: consuming Descriptor) throws(SystemError) -> NetlinkSocket {
        guard try SocketOption.read(SO_DOMAIN, of: descriptor.number) == AF_NETLINK,
            try SocketOption.read(SO_PROTOCOL, of: descriptor.number) == NETLINK_GENERIC
        else { throw SystemError("getsockopt", errno: EPROTOTYPE) }
        guard let socket = unsafe mnl_socket_fdopen(descriptor.number) else { throw .last("getsockname") }
        _ = descriptor.leaveOpen()
        let adopted = unsafe NetlinkSocket(owning: socket)
        guard adopted.portID != 0 else { throw SystemError("getsockname", errno: EPROTOTYPE) }
        return adopted
    }

    private init(owning socket: OpaquePointer) {
        unsafe self.socket = socket
        descriptor = unsafe mnl_socket_get_fd(socket)
    }

    deinit {
        _ = unsafe mnl_socket_close(socket)
    }

    /// The port id assigned by the kernel.
    package var portID: UInt32 { unsafe mnl_socket_get_portid(socket) }

    package func send(_ request: GenericNetlinkRequest) throws(SystemError) {
        let sent = unsafe request.bytes.withUnsafeBytes { unsafe mnl_socket_sendto(socket, $0.baseAddress, $0.count) }
        if sent < 0 { throw .last("sendto") }
    }

    package func receive(into batch: MessageBatch, atMost limit: Int) throws(SystemError) {
        try batch.receive(from: descriptor, atMost: limit)
    }

    package func drops() throws(SystemError) -> UInt32 { try SocketOption.drops(of: descriptor) }

    package func setReceiveBuffer(bytes: Int) throws(SystemError) -> Int {
        // The kernel doubles the given size for its own overhead, and charges records against the result.
        var half = Int32(clamping: bytes / 2)
        var length = socklen_t(MemoryLayout<Int32>.size)
        guard unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &half, length) == 0 else {
            throw .last("setsockopt SO_RCVBUFFORCE")
        }
        var actual: Int32 = 0
        guard unsafe getsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &actual, &length) == 0 else {
            throw .last("getsockopt SO_RCVBUF")
        }
        return Int(actual)
    }
}
