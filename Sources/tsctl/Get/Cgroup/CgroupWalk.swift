import CLinux
import Glibc
import LinuxSystem

/// A walk through the directory of a cgroup and all directories below it, parents first.
///
/// Names are bytes, and links are not followed. Directories that disappear meanwhile are skipped.
enum CgroupWalk {
    /// A directory of the walk, while it is open.
    struct Directory {
        /// The absolute path.
        let path: [UInt8]
        /// The open directory.
        let descriptor: Int32

        /// Reads a file of the directory.
        func read(_ name: String) throws(SystemError) -> [UInt8]? {
            try unsafe Descriptor(clinux_open_at(descriptor, name, O_RDONLY), of: "open").readBytes(limit: 1 << 27)
        }
    }

    /// Calls `body` with each directory; returns the number of directories that cannot be read.
    ///
    /// Throws ``StandardOutput/Stop/interrupted`` if the descriptor became readable first; a negative one never does.
    static func run(
        from directory: String, interruptedBy descriptor: Int32 = -1, _ body: (Directory) throws -> Void
    ) throws -> Int {
        var pending = [Array(directory.utf8)]
        var unreadable = 0
        while let path = pending.popLast() {
            try checkInterruption(descriptor)
            guard let open = unsafe opendir((path + [0]).map { CChar(bitPattern: $0) }) else {
                if errno != ENOENT { unreadable += 1 }
                continue
            }
            defer { unsafe closedir(open) }
            try body(Directory(path: path, descriptor: unsafe dirfd(open)))
            while let entry = unsafe readdir(open) {
                guard unsafe entry.pointee.d_type == DT_DIR else { continue }
                let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { unsafe Array($0.prefix { $0 != 0 }) }
                if name != Self.own, name != Self.parent { pending.append(path + [UInt8(ascii: "/")] + name) }
            }
        }
        return unreadable
    }

    private static let own = Array(".".utf8)
    private static let parent = Array("..".utf8)

    private static func checkInterruption(_ number: Int32) throws(StandardOutput.Stop) {
        var descriptor = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
        if unsafe poll(&descriptor, 1, 0) > 0 { throw .interrupted }
    }
}
