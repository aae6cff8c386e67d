import CLinux
import Glibc
import LinuxSystem
import TaskstatsBroker

/// Reads from the kernel who is at the other end of a connection.
enum PeerCredentials {
    /// The effective uid at connect, which costs far less to know than the rest.
    static func uid(_ socket: borrowing Descriptor) throws(SystemError) -> UInt32 { try credentials(socket).uid }

    static func read(_ socket: borrowing Descriptor) throws(SystemError) -> PeerIdentity {
        let peer = try credentials(socket)
        let namespaces = try namespaces(socket, pid: peer.pid)
        return PeerIdentity(
            uid: peer.uid, gid: peer.gid, groups: try groups(socket), sharesPIDNamespace: namespaces.sharesPID,
            isInInitialUserNamespace: namespaces.isInitialUser)
    }

    private static func credentials(_ socket: borrowing Descriptor) throws(SystemError) -> clinux_peer {
        var peer = clinux_peer()
        guard unsafe clinux_peer_credentials(socket.number, &peer) == 0 else { throw .last("getsockopt SO_PEERCRED") }
        return peer
    }

    private static func groups(_ socket: borrowing Descriptor) throws(SystemError) -> Set<UInt32> {
        var groups = [UInt32](repeating: 0, count: 64)
        while true {
            let count = unsafe clinux_peer_groups(socket.number, &groups, Int32(groups.count))
            guard count >= 0 else { throw .last("getsockopt SO_PEERGROUPS") }
            if Int(count) <= groups.count { return Set(groups.prefix(Int(count))) }
            groups = [UInt32](repeating: 0, count: Int(count))
        }
    }

    /// What can be told of the peer's namespaces; of one that has ended, nothing can be.
    private static func namespaces(
        _ socket: borrowing Descriptor, pid: Int32
    ) throws(SystemError) -> (sharesPID: Bool, isInitialUser: Bool) {
        var number = clinux_peer_pidfd(socket.number)
        if number < 0, errno == ENOPROTOOPT { number = clinux_pidfd_open(pid) }
        do throws(SystemError) {
            let pidfd = try Descriptor(number, of: "pidfd")
            guard let pid = try onlyNumber(of: pidfd) else { return (false, false) }
            let isInitialUser = try ProcessInspector.open(pid: pid).isInInitialUserNamespace()
            // As long as the process has its number nobody else was looked at.
            let isSame = try onlyNumber(of: pidfd) == pid
            return (isSame, isSame && isInitialUser)
        } catch {
            // That we ran short says nothing about the peer; whatever else cannot be told counts against it.
            guard error.isShortage else { return (false, false) }
            throw error
        }
    }

    /// The number of a process that has one in our pid namespace and in none below it; nil of one that has ended.
    ///
    /// The NSpid line of a pidfd lists the number in our namespace and in each one below.
    private static func onlyNumber(of pidfd: borrowing Descriptor) throws(SystemError) -> UInt32? {
        guard let text = try Descriptor.open("/proc/self/fdinfo/\(pidfd.number)").readText(),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix("NSpid:") })
        else { return nil }
        let numbers = line.split { $0 == "\t" || $0 == " " }.dropFirst().compactMap { Int32($0) }
        return numbers.count == 1 && numbers[0] > 0 ? UInt32(numbers[0]) : nil
    }
}
