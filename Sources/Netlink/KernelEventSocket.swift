import CMnl
import Glibc
import LinuxSystem

/// An owned socket on which the kernel announces device changes (kobject uevents).
@safe package struct KernelEventSocket: ~Copyable {
    private static let kernelGroup: UInt32 = 1

    private let socket: OpaquePointer
    /// The descriptor to wait on.
    package let descriptor: Int32

    /// Opens a socket and joins the kernel's multicast group.
    package static func open() throws(SystemError) -> KernelEventSocket {
        let flags = Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        guard let socket = unsafe mnl_socket_open2(NETLINK_KOBJECT_UEVENT, flags) else { throw .last("socket") }
        let opened = unsafe KernelEventSocket(owning: socket)
        guard unsafe mnl_socket_bind(socket, kernelGroup, pid_t(MNL_SOCKET_AUTOPID)) == 0 else { throw .last("bind") }
        return opened
    }

    private init(owning socket: OpaquePointer) {
        unsafe self.socket = socket
        descriptor = unsafe mnl_socket_get_fd(socket)
    }

    deinit {
        _ = unsafe mnl_socket_close(socket)
    }

    /// Receives one batch of queued events, and returns whether a CPU came online or an event may be missing.
    package func receiveOnlineCPU(into batch: MessageBatch) throws(SystemError) -> Bool {
        do throws(SystemError) {
            try batch.receive(from: descriptor, atMost: MessageBatch.capacity)
        } catch {
            // The kernel had to drop events; the next call receives the queued ones.
            guard error.errno == ENOBUFS else { throw error }
            return true
        }
        return (0..<batch.count).contains { index in
            guard batch.isFromKernel(index) else { return false }
            do throws(NetlinkError) {
                return try batch.withDatagram(index) { CPUOnlineEvent.cpu(in: $0) } != nil
            } catch {
                return true
            }
        }
    }
}

/// The kernel's announcement that a CPU came online: a text that begins with "online@/devices/system/cpu/cpu3" and a
/// NUL.
package enum CPUOnlineEvent {
    private static let start = Array("online@/devices/system/cpu/cpu".utf8)

    /// Returns the CPU named by an announcement; nil for any other event.
    package static func cpu(in event: RawSpan) -> Int? {
        let longestNumber = 5
        guard event.byteCount > start.count else { return nil }
        for (offset, expected) in start.enumerated() where event.load(offset, as: UInt8.self) != expected { return nil }
        var number = 0
        var digits = 0
        for offset in start.count..<event.byteCount {
            guard let byte = event.load(offset, as: UInt8.self) else { return nil }
            if byte == 0 { return digits > 0 ? number : nil }
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte), digits < longestNumber else { return nil }
            number = number * 10 + Int(byte - UInt8(ascii: "0"))
            digits += 1
        }
        return nil
    }
}
