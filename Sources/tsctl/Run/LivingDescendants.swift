import Glibc
import LinuxSystem

/// The processes that descend from one and live now, as /proc tells.
enum LivingDescendants {
    /// All of them; nil where the kernel does not list children.
    static func of(_ pid: Int32) -> [UInt32]? {
        guard var open = children(of: pid) else { return nil }
        var found: [UInt32] = []
        while let id = open.popLast() {
            // What has ended and was not waited for has left its record already.
            if !isZombie(id) { found.append(UInt32(id)) }
            open += children(of: id) ?? []
        }
        return found
    }

    /// The children of a process; nil where the kernel does not list them, or the process is gone.
    static func children(of pid: Int32) -> [Int32]? {
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
