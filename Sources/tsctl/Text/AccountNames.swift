import Glibc

/// Names of users and groups, each looked up once.
struct AccountNames {
    private var users: [UInt32: String] = [:]

    /// The name of a user, or the number of one without a name.
    mutating func user(_ uid: UInt32) -> String {
        if let name = users[uid] { return name }
        let name = Self.userName(uid).map(PrintableText.of) ?? "\(uid)"
        users[uid] = name
        return name
    }

    /// The name of a user; nil for one without a name.
    static func userName(_ uid: UInt32) -> String? {
        unsafe withBuffer { start, count in
            var entry = unsafe passwd()
            var result: UnsafeMutablePointer<passwd>?
            guard unsafe getpwuid_r(uid, &entry, start, count, &result) == 0, let found = unsafe result else {
                return nil
            }
            return unsafe String(cString: found.pointee.pw_name)
        }
    }

    /// The number of the user of that name.
    static func uid(named name: String) -> UInt32? {
        unsafe withBuffer { start, count in
            var entry = unsafe passwd()
            var result: UnsafeMutablePointer<passwd>?
            guard unsafe getpwnam_r(name, &entry, start, count, &result) == 0 else { return nil }
            return unsafe result?.pointee.pw_uid
        }
    }

    /// The number of the group of that name.
    static func gid(named name: String) -> UInt32? {
        unsafe withBuffer { start, count in
            var entry = unsafe group()
            var result: UnsafeMutablePointer<group>?
            guard unsafe getgrnam_r(name, &entry, start, count, &result) == 0 else { return nil }
            return unsafe result?.pointee.gr_gid
        }
    }

    /// Lends room for the text of an entry; a group of very many members needs most.
    private static func withBuffer<Value>(_ body: (UnsafeMutablePointer<CChar>, Int) -> Value?) -> Value? {
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 262_144) { buffer in
            guard let start = buffer.baseAddress else { return nil }
            return unsafe body(start, buffer.count)
        }
    }
}
