import Glibc

/// Looks a group up by name.
enum GroupLookup {
    /// The id of a group; nil when the host has none of that name.
    static func id(of name: String) -> UInt32? {
        var bytes = 4_096
        while true {
            var entry = unsafe group()
            var found: UnsafeMutablePointer<group>?
            let status = unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: bytes) { buffer in
                unsafe getgrnam_r(name, &entry, buffer.baseAddress, buffer.count, &found)
            }
            if status == ERANGE, bytes < 1 << 24 {
                bytes *= 4
                continue
            }
            return unsafe found == nil ? nil : entry.gr_gid
        }
    }
}
