import Glibc
import LinuxSystem
import Synchronization
import TestSupport

@testable import tsctl

/// A tree of directories that looks like a mount of cgroup version 2, and is removed at the end of its life.
final class CgroupDirectories: Sendable {
    /// The path of the mount.
    let mount: String
    private let base: TemporaryDirectory
    private let made = Mutex<[String]>([])

    /// Creates a tree with the processes of the given cgroups; parents come first, "" is the mount itself.
    init(_ cgroups: KeyValuePairs<String, [UInt32]>) throws {
        base = try TemporaryDirectory()
        mount = base.path
        for (path, processes) in cgroups { try add(path, processes) }
    }

    deinit {
        for path in made.withLock({ $0 }).reversed() { _ = unsafe Glibc.remove(path) }
    }

    /// Adds a cgroup with these processes.
    func add(_ path: String, _ processes: [UInt32]) throws {
        if !path.isEmpty, unsafe mkdir(mount + path, 0o755) == 0 { made.withLock { $0.append(mount + path) } }
        try write("\(path)/cgroup.procs", processes.map { "\($0)\n" }.joined())
    }

    /// Writes a file of a cgroup.
    func write(_ path: String, _ text: String) throws {
        let file = try unsafe Descriptor(open(mount + path, O_WRONLY | O_CREAT | O_TRUNC, 0o644), of: "open")
        made.withLock { if !$0.contains(mount + path) { $0.append(mount + path) } }
        let bytes = Array(text.utf8)
        let count = unsafe Glibc.write(file.number, bytes, bytes.count)
        guard count == bytes.count else { throw SystemError.last("write") }
    }

    /// Removes a file or an empty directory.
    func remove(_ path: String) { _ = unsafe Glibc.remove(mount + path) }

    /// The mounts, with this one as the only one of cgroup version 2.
    var mounts: MountTable {
        MountTable(parsing: "1 0 0:1 / / rw - ext4 root rw\n2 1 0:2 / \(mount) rw - cgroup2 x rw\n")
    }

    /// The cgroup with this path.
    func cgroup(_ path: String) -> Cgroup { Cgroup(directory: mount + path, path: path) }
}
