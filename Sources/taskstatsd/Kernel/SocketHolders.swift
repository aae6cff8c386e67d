import CLinux
import Glibc
import LinuxSystem

/// A process with a descriptor of a socket.
struct SocketHolder: Equatable {
    var pid: UInt32
    var realUID: UInt32
    var effectiveUID: UInt32
    /// The user that created the socket; only root can change it later.
    var creatorUID: UInt32
    /// Whether the process has CAP_NET_ADMIN in the initial user namespace.
    var isNetAdmin: Bool
}

/// The processes that hold sockets, found through /proc/PID/fd, which needs CAP_SYS_PTRACE.
struct SocketHolders {
    /// The holders by socket inode.
    private(set) var holders: [UInt64: [SocketHolder]] = [:]
    /// Whether every process could be examined.
    private(set) var isComplete = true

    private let inodes: Set<UInt64>

    /// Finds the holders of these sockets.
    static func find(_ inodes: Set<UInt64>) -> SocketHolders {
        var found = SocketHolders(inodes: inodes)
        guard !inodes.isEmpty else { return found }
        do throws(SystemError) {
            for pid in try DirectoryEntries.processIDs() { found.examine(pid) }
        } catch {
            found.isComplete = false
        }
        return found
    }

    private init(inodes: Set<UInt64>) { self.inodes = inodes }

    private mutating func examine(_ pid: UInt32) {
        var creators: [UInt64: UInt32] = [:]
        let directory = "/proc/\(pid)/fd"
        do throws(SystemError) {
            try DirectoryEntries.forEach(of: directory) { name in
                guard let inode = Self.socketInode("\(directory)/\(name)"), inodes.contains(inode) else { return }
                if let creator = Self.creator(ofSocket: inode, at: "\(directory)/\(name)") { creators[inode] = creator }
            }
        } catch {
            let isGone = error.errno == ENOENT || error.errno == ESRCH
            isComplete = isComplete && isGone
            return
        }
        guard !creators.isEmpty else { return }
        guard let facts = try? ProcessInspector.open(pid: pid).facts() else {
            isComplete = false
            return
        }
        let isNetAdmin =
            facts.isInInitialUserNamespace && facts.permittedCapabilities & Privilege.Capability.netAdmin != 0
        for (inode, creator) in creators {
            holders[inode, default: []].append(
                SocketHolder(
                    pid: pid, realUID: facts.uids.real, effectiveUID: facts.uids.effective, creatorUID: creator,
                    isNetAdmin: isNetAdmin))
        }
    }

    /// Returns the inode of the socket behind a /proc/PID/fd link; nil for any other file.
    private static func socketInode(_ link: String) -> UInt64? {
        unsafe withUnsafeTemporaryAllocation(byteCount: 64, alignment: 1) { buffer in
            guard let start = unsafe buffer.bindMemory(to: CChar.self).baseAddress else { return nil }
            let count = unsafe readlink(link, start, buffer.count)
            guard count > 0 else { return nil }
            let target = unsafe String(decoding: buffer.prefix(count), as: UTF8.self)
            guard target.hasPrefix("socket:["), target.hasSuffix("]") else { return nil }
            return UInt64(target.dropFirst("socket:[".count).dropLast())
        }
    }

    /// Returns the user that created the socket behind a link.
    ///
    /// The status of another kind of file might come from its owner's program, which may never answer, and the process
    /// can replace the file at any time. So the file is pinned first, and its status is requested only if it is that
    /// socket.
    private static func creator(ofSocket inode: UInt64, at link: String) -> UInt32? {
        guard let file = try? unsafe Descriptor(clinux_open_at(AT_FDCWD, link, Int32(clinux_o_path)), of: "open"),
            socketInode("/proc/self/fd/\(file.number)") == inode
        else { return nil }
        var status = stat()
        return unsafe fstat(file.number, &status) == 0 ? status.st_uid : nil
    }
}
