import Glibc

/// A user of the host and its primary group.
struct User: Equatable {
    let uid: UInt32
    let gid: UInt32

    /// Looks a user up by name; nil when the host has none of that name.
    static func named(_ name: String) -> User? {
        var bytes = 4_096
        while true {
            var entry = unsafe passwd()
            var found: UnsafeMutablePointer<passwd>?
            let status = unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: bytes) { buffer in
                guard let start = buffer.baseAddress else { return ENOMEM }
                return unsafe getpwnam_r(name, &entry, start, buffer.count, &found)
            }
            if status == ERANGE, bytes < 1 << 24 {
                bytes *= 4
                continue
            }
            return unsafe found == nil ? nil : User(uid: entry.pw_uid, gid: entry.pw_gid)
        }
    }
}
