import Glibc

/// The users and groups of the host, as its name services know them.
package enum AccountDatabase {
    /// A user and its primary group.
    package struct User: Equatable {
        /// The user's id.
        package let uid: UInt32
        /// The id of its primary group.
        package let gid: UInt32
    }

    /// The user of that name; nil when the host has none.
    package static func user(named name: String) -> User? {
        unsafe lookUp { start, count in
            var entry = unsafe passwd()
            var found: UnsafeMutablePointer<passwd>?
            let status = unsafe getpwnam_r(name, &entry, start, count, &found)
            return unsafe (status, found == nil ? nil : User(uid: entry.pw_uid, gid: entry.pw_gid))
        }
    }

    /// The name of a user; nil for one without a name.
    package static func userName(_ uid: UInt32) -> String? {
        unsafe lookUp { start, count in
            var entry = unsafe passwd()
            var found: UnsafeMutablePointer<passwd>?
            let status = unsafe getpwuid_r(uid, &entry, start, count, &found)
            return unsafe (status, found.map { unsafe String(cString: $0.pointee.pw_name) })
        }
    }

    /// The id of the group of that name; nil when the host has none.
    package static func groupID(named name: String) -> UInt32? {
        unsafe lookUp { start, count in
            var entry = unsafe group()
            var found: UnsafeMutablePointer<group>?
            let status = unsafe getgrnam_r(name, &entry, start, count, &found)
            return unsafe (status, found == nil ? nil : entry.gr_gid)
        }
    }

    /// Lends room for the text of an entry, and more when that was too little: a group of very many members needs most.
    private static func lookUp<Value>(
        _ call: (UnsafeMutablePointer<CChar>, Int) -> (status: Int32, value: Value?)
    ) -> Value? {
        let mostBytes = 1 << 24
        var bytes = 4_096
        while true {
            let (status, value) = unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: bytes) { buffer in
                guard let start = buffer.baseAddress else { return (status: ENOMEM, value: Value?.none) }
                return unsafe call(start, buffer.count)
            }
            guard status == ERANGE, bytes < mostBytes else { return value }
            bytes *= 4
        }
    }
}
