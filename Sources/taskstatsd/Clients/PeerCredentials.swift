import CLinux
import Glibc
import LinuxSystem
import TaskstatsBroker

/// Reads the peer's identity of a connection from the kernel.
enum PeerCredentials {
    /// Returns the peer's ids at connect time, which are much cheaper to read than its namespaces.
    static func caller(_ socket: borrowing Descriptor) throws(SystemError) -> Caller {
        let peer = try credentials(socket)
        return Caller(uid: peer.uid, gid: peer.gid, groups: try groups(socket))
    }

    /// Returns the caller's namespaces and the user charged for its use.
    static func identify(
        _ caller: Caller, _ socket: borrowing Descriptor, _ subordinates: SubordinateIDs
    ) throws(SystemError) -> PeerIdentity {
        let namespaces = try namespaces(socket, pid: try credentials(socket).pid)
        return PeerIdentity(
            caller, sharesPIDNamespace: namespaces.sharesPID, isInInitialUserNamespace: namespaces.isInitialUser,
            quotaUID: subordinates.quotaUID(of: caller.uid, isInUserNamespace: !namespaces.isInitialUser))
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

    /// Returns what is known of the peer's namespaces; nothing for a peer that has ended.
    private static func namespaces(
        _ socket: borrowing Descriptor, pid: Int32
    ) throws(SystemError) -> (sharesPID: Bool, isInitialUser: Bool) {
        var number = clinux_peer_pidfd(socket.number)
        if number < 0, errno == ENOPROTOOPT { number = clinux_pidfd_open(pid) }
        do throws(SystemError) {
            let pidfd = try Descriptor(number, of: "pidfd")
            guard let pid = try onlyNumber(of: pidfd) else { return (false, false) }
            let isInitialUser = try ProcessInspector.open(pid: pid).isInInitialUserNamespace()
            // If the pidfd still has this pid, no other process was inspected.
            let isSame = try onlyNumber(of: pidfd) == pid
            return (isSame, isSame && isInitialUser)
        } catch {
            // Resource exhaustion says nothing about the peer. Any other failure is treated as lack of access.
            guard error.isResourceExhaustion else { return (false, false) }
            throw error
        }
    }

    /// Returns the pid of a process that has one in this pid namespace and none in a nested one; nil after it has
    /// ended.
    ///
    /// The NSpid line of a pidfd lists the pid in this namespace and in each nested one.
    private static func onlyNumber(of pidfd: borrowing Descriptor) throws(SystemError) -> UInt32? {
        guard let text = try Descriptor.open("/proc/self/fdinfo/\(pidfd.number)").readText(),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix("NSpid:") })
        else { return nil }
        let numbers = line.split { $0 == "\t" || $0 == " " }.dropFirst().compactMap { Int32($0) }
        return numbers.count == 1 && numbers[0] > 0 ? UInt32(numbers[0]) : nil
    }
}
