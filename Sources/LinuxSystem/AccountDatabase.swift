import Glibc

/// The users and groups of the host, as provided by its name services.
package enum AccountDatabase {
    /// A user and its primary group.
    package struct User: Equatable {
        /// The user id.
        package let uid: UInt32
        /// The id of its primary group.
        package let gid: UInt32
    }

    /// Returns the user of that name; nil when there is none.
    package static func user(named name: String) -> User? {
        unsafe lookUp { start, count in
            var entry = unsafe passwd()
            var found: UnsafeMutablePointer<passwd>?
            let status = unsafe getpwnam_r(name, &entry, start, count, &found)
            return unsafe (status, found == nil ? nil : User(uid: entry.pw_uid, gid: entry.pw_gid))
        }
    }

    /// Returns the name of a user; nil when it has none.
    package static func userName(_ uid: UInt32) -> String? {
        unsafe lookUp { start, count in
            var entry = unsafe passwd()
            var found: UnsafeMutablePointer<passwd>?
            let status = unsafe getpwuid_r(uid, &entry, start, count, &found)
            return unsafe (status, found.map { unsafe String(cString: $0.pointee.pw_name) })
        }
    }

    /// Returns the id of the group of that name; nil when there is none.
    package static func groupID(named name: String) -> UInt32? {
        unsafe lookUp { start, count in
            var entry = unsafe group()
            var found: UnsafeMutablePointer<group>?
            let status = unsafe getgrnam_r(name, &entry, start, count, &found)
            return unsafe (status, found == nil ? nil : entry.gr_gid)
        }
    }

    /// Provides a buffer for the text of an entry, and a larger one when it was too small, as for very large groups.
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

extension AccountDatabase {
    /// The effective and supplementary groups of this process.
    package static var groupsOfThisProcess: [UInt32] {
        var groups = [gid_t](repeating: 0, count: 65_536)
        let count = unsafe getgroups(Int32(groups.count), &groups)
        return [getegid()] + groups.prefix(Int(max(0, count)))
    }

    /// Returns the groups to which the host's databases assign a user, regardless of those of a running process.
    package static func groups(of uid: UInt32) -> [UInt32] {
        guard let name = userName(uid), let user = user(named: name) else { return [] }
        var count: Int32 = 65_536
        var groups = [gid_t](repeating: 0, count: Int(count))
        guard unsafe getgrouplist(name, user.gid, &groups, &count) >= 0 else { return [] }
        return Array(groups.prefix(Int(max(0, count))))
    }
}
