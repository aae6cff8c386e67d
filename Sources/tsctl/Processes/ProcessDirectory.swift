import Glibc
import LinuxSystem

/// The processes and threads that /proc lists.
enum ProcessDirectory {
    /// The ids of all processes, or of those that can be a user's: /proc/PID belongs to the effective user, and to root
    /// when the process used privileges, so that the daemon would not tell of it.
    static func processes(ofUser uid: UInt32? = nil) throws(Failure) -> [UInt32] {
        guard let ids = ids(in: "/proc", ofUser: uid) else {
            throw Failure("cannot list /proc: \(SystemError.last("opendir").text)")
        }
        return ids
    }

    /// The ids of a process's threads; nil when there is no such process.
    static func threads(of pid: UInt32) -> [UInt32]? { ids(in: "/proc/\(pid)/task", ofUser: nil) }

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

    /// The number that an entry is named by; nil for another name.
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
