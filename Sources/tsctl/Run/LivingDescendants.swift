import Glibc
import LinuxSystem

/// The living descendants of a process, from /proc.
enum LivingDescendants {
    /// Returns all descendants; nil if the kernel does not list children.
    static func of(_ pid: Int32) -> [UInt32]? {
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
