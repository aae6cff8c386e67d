import Glibc
import LinuxSystem

/// The processes and threads that /proc lists.
package enum ProcessDirectory {
    /// Returns the ids of all processes, or of those that may belong to a user.
    ///
    /// /proc/PID belongs to the effective user, or to root if the process used privileges, and then the daemon would
    /// withhold it.
    package static func processes(ofUser uid: UInt32? = nil) throws(Failure) -> [UInt32] {
        guard let ids = ids(in: "/proc", ofUser: uid) else {
            throw Failure("cannot list /proc: \(SystemError.last("opendir").text)")
        }
        return ids
    }

    /// Returns the thread ids of a process; nil if the process does not exist.
    package static func threads(of pid: UInt32) -> [UInt32]? { ids(in: "/proc/\(pid)/task", ofUser: nil) }

    /// Returns the number of threads of a process; nil if the process does not exist.
    package static func threadCount(of pid: UInt32) -> Int? {
        var directory = stat()
        // Each thread is a subdirectory, with a link to its parent.
        guard unsafe stat("/proc/\(pid)/task", &directory) == 0, directory.st_nlink >= 2 else { return nil }
        return Int(directory.st_nlink) - 2
    }

    /// Returns whether an id belongs to a process with several threads; its first thread has the same id.
    package static func isLeaderOfSeveral(_ id: UInt32) -> Bool {
        guard let status = try? Descriptor.open("/proc/\(id)/status").readText() else { return false }
        let isLeader = status.split(separator: "\n").contains { $0 == "Tgid:\t\(id)" }
        return isLeader && (threadCount(of: id) ?? 1) > 1
    }

    private static func ids(in path: String, ofUser uid: UInt32?) -> [UInt32]? {
        guard let directory = unsafe opendir(path) else { return nil }
        defer { unsafe closedir(directory) }
        var found: [UInt32] = []
        while let entry = unsafe readdir(directory) {
            guard let id = unsafe id(&entry.pointee) else { continue }
            if let uid {
                var owner = stat()
                guard unsafe fstatat(dirfd(directory), "\(id)", &owner, AT_SYMLINK_NOFOLLOW) == 0, owner.st_uid == uid
                else { continue }
            }
            found.append(id)
        }
        return found
    }

    /// Returns the number that an entry is named after; nil for another name.
    private static func id(_ entry: UnsafeMutablePointer<dirent>) -> UInt32? {
        unsafe withUnsafeBytes(of: &entry.pointee.d_name) { name in
            var id: UInt32 = 0
            for index in 0..<11 {
                let byte = unsafe name[index]
                if byte == 0 { return index == 0 ? nil : id }
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
                id = id &* 10 &+ UInt32(byte - UInt8(ascii: "0"))
            }
            return nil
        }
    }
}

/// The living descendants of a process, from /proc.
package enum LivingDescendants {
    /// Returns all descendants; nil if the kernel does not list children.
    package static func of(_ pid: Int32) -> [UInt32]? {
        guard var open = children(of: pid) else { return nil }
        var found: [UInt32] = []
        while let id = open.popLast() {
            // The record of a zombie was already sent.
            if !isZombie(id) { found.append(UInt32(id)) }
            open += children(of: id) ?? []
        }
        return found
    }

    /// Returns the children of a process; nil if the kernel does not list them, or if the process is gone.
    package static func children(of pid: Int32) -> [Int32]? {
        guard let threads = unsafe opendir("/proc/\(pid)/task") else { return nil }
        defer { unsafe closedir(threads) }
        var found: [Int32]?
        while let entry = unsafe readdir(threads) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard name.first != ".", let list = text("/proc/\(pid)/task/\(name)/children") else { continue }
            found = (found ?? []) + list.split(separator: " ").compactMap { Int32($0) }
        }
        return found
    }

    private static func isZombie(_ pid: Int32) -> Bool {
        guard let stat = text("/proc/\(pid)/stat"), let end = stat.lastIndex(of: ")") else { return true }
        return stat[end...].dropFirst(2).first == "Z"
    }

    private static func text(_ path: String) -> String? {
        try? Descriptor.open(path).readText(limit: 1 << 24)
    }
}
