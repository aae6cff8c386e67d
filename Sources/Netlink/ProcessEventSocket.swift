internal import CLinux
import CMnl
import Glibc
import LinuxSystem

/// An owned socket on which the kernel reports the events of processes (the proc connector).
///
/// The kernel filters the events: those of threads never wake this process. A filter is installed on the socket, because
/// kernels before 6.6 have no other, and that of later ones cannot distinguish threads from processes.
@safe package final class ProcessEventSocket {
    private let socket: OpaquePointer
    /// The descriptor to wait on.
    package let descriptor: Int32

    private enum Command {
        static let listen: UInt32 = 1
        static let ignore: UInt32 = 2
    }

    /// Opens a socket, and asks the kernel for events; throws EOPNOTSUPP when the kernel does not answer, as in other
    /// namespaces than the initial ones.
    package static func open(receiveBufferBytes: Int, batch: MessageBatch) throws(SystemError) -> ProcessEventSocket {
        let flags = Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        guard let socket = unsafe mnl_socket_open2(NETLINK_CONNECTOR, flags) else { throw .last("socket") }
        let opened = unsafe ProcessEventSocket(owning: socket)
        guard clinux_filter_process_events(opened.descriptor, false) == 0 else {
            throw .last("setsockopt SO_ATTACH_FILTER")
        }
        var half = Int32(clamping: receiveBufferBytes / 2)
        let length = socklen_t(MemoryLayout<Int32>.size)
        guard unsafe setsockopt(opened.descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &half, length) == 0 else {
            throw .last("setsockopt SO_RCVBUFFORCE")
        }
        guard unsafe mnl_socket_bind(socket, ProcessEvent.connectorID, pid_t(MNL_SOCKET_AUTOPID)) == 0 else {
            throw .last("bind")
        }
        try opened.send(Command.listen)
        // The kernel answers within the call. Other processes may have ended meanwhile.
        repeat {
            try batch.receive(from: opened.descriptor, atMost: 1)
            if case .acknowledgement(let errno) = batch.processEvent(0)?.kind {
                guard errno == 0 else { throw SystemError("proc connector", errno: Int32(errno)) }
                return opened
            }
        } while batch.count > 0
        throw SystemError("proc connector", errno: EOPNOTSUPP)
    }

    private init(owning socket: OpaquePointer) {
        unsafe self.socket = socket
        descriptor = unsafe mnl_socket_get_fd(socket)
    }

    deinit {
        // Kernels before 6.6 count listeners by these commands alone, and report every event while there is one.
        try? send(Command.ignore)
        _ = unsafe mnl_socket_close(socket)
    }

    /// Receives queued events into a batch; throws ENOBUFS first, once, when events were dropped.
    package func receive(into batch: MessageBatch) throws(SystemError) {
        try batch.receive(from: descriptor, atMost: MessageBatch.capacity)
    }

    /// Returns the number of events that the kernel has dropped.
    package func drops() throws(SystemError) -> UInt32 { try SocketOption.drops(of: descriptor) }

    private func send(_ command: UInt32) throws(SystemError) {
        let bytes = ProcessEventCommand.message(command)
        let sent = unsafe bytes.withUnsafeBytes { unsafe mnl_socket_sendto(socket, $0.baseAddress, $0.count) }
        if sent < 0 { throw .last("sendto") }
    }
}

/// Wakes a reader when a process executes a program, and counts these executions, while a ``ProcessEventSocket`` is open.
///
/// Forks and ends, which are as frequent, do not wake it. The socket has little room, because what it drops is counted as
/// well. It must be opened before the one with the events: the kernel delivers to the sockets in the reverse order, so
/// the event has arrived there when the reader wakes.
@safe package final class ExecutionCounter {
    private let socket: OpaquePointer
    /// Readable after an execution, until it is counted.
    package let descriptor: Int32
    private var received: UInt64 = 0
    private var dropped: UInt64 = 0
    private var lastDrops: UInt32 = 0

    /// Starts to count.
    package init() throws(SystemError) {
        let flags = Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        guard let socket = unsafe mnl_socket_open2(NETLINK_CONNECTOR, flags) else { throw .last("socket") }
        unsafe self.socket = socket
        descriptor = unsafe mnl_socket_get_fd(socket)
        guard clinux_filter_process_events(descriptor, true) == 0 else { throw .last("setsockopt SO_ATTACH_FILTER") }
        var (smallest, on): (Int32, Int32) = (0, 1)
        let length = socklen_t(MemoryLayout<Int32>.size)
        guard unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &smallest, length) == 0,
            unsafe mnl_socket_setsockopt(socket, NETLINK_NO_ENOBUFS, &on, length) == 0
        else { throw .last("setsockopt") }
        guard unsafe mnl_socket_bind(socket, ProcessEvent.connectorID, pid_t(MNL_SOCKET_AUTOPID)) == 0 else {
            throw .last("bind")
        }
    }

    deinit { _ = unsafe mnl_socket_close(socket) }

    /// Receives what waits, so that the descriptor is not readable until the next execution.
    package func drain(into batch: MessageBatch) {
        guard (try? batch.receive(from: descriptor, atMost: MessageBatch.capacity)) != nil else { return }
        received += UInt64((0..<batch.count).count { batch.processEvent($0) != nil })
    }

    /// Returns the number of programs executed since it was created; nil if it cannot be read now.
    package func count(_ batch: MessageBatch) -> UInt64? {
        drain(into: batch)
        do throws(SystemError) {
            let drops = try SocketOption.drops(of: descriptor)
            dropped += UInt64(drops &- lastDrops)
            lastDrops = drops
            return received + dropped
        } catch {
            return nil
        }
    }
}

/// A command to the proc connector.
enum ProcessEventCommand {
    /// Returns the netlink message of a command: the headers of netlink and of the connector, and one number.
    static func message(_ command: UInt32) -> [UInt8] {
        let netlinkHeaderBytes = 16
        let length = UInt32(netlinkHeaderBytes + ProcessEvent.connectorHeaderBytes + 4)
        let header: [UInt32] = [
            length, UInt32(ProcessEvent.messageType), 0, 0,
            // The identifier, two counters, and the length of the command without flags.
            ProcessEvent.connectorID, ProcessEvent.connectorID, 0, 0, 4,
        ]
        return (header + [command]).flatMap { word in unsafe withUnsafeBytes(of: word) { unsafe Array($0) } }
    }
}

extension MessageBatch {
    /// Returns the event in a datagram; nil when it holds none from the kernel.
    package func processEvent(_ index: Int) -> ProcessEvent? {
        guard index < count, isFromKernel(index) else { return nil }
        var event: ProcessEvent?
        try? withDatagram(index) { (datagram) throws(NetlinkError) in
            let netlinkHeaderBytes = 16
            guard datagram.byteCount > netlinkHeaderBytes else { return }
            event = ProcessEvent(payload: datagram.extracting(netlinkHeaderBytes...))
        }
        return event
    }
}
