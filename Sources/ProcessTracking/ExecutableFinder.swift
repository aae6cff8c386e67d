import CLinux
import Glibc
import LinuxSystem
import Netlink
import TaskstatsModel

/// Finds the paths that may be the executable of a process, from its first argument or its command name.
///
/// /proc/PID/exe is closed to a daemon without further capabilities, and the first argument is only a claim. So each
/// path is a candidate, which a record confirms by its device and inode. Nothing here waits for a disk or a file server,
/// although anyone can name any path: the kernel must have it in memory, as it does right after an execution.
struct ExecutableFinder {
    /// The directories in which a name without a slash is searched for.
    private static let directories = [
        "/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin", "/bin", "/sbin",
    ]
    /// The directories in which a name was found at first.
    private var found: [String: [String]] = [:]
    /// The files of the last paths, and until when they count, in monotonic nanoseconds.
    ///
    /// A record that confirms a file confirms that the path named it at most that long before the execution.
    private var files: [String: (candidate: ExecutableCandidate, until: UInt64)] = [:]
    private static let cacheLimit = 1_024
    private static let cacheTime: UInt64 = 1_000_000_000

    mutating func candidates(
        for commandLine: ProcessCommandLine, command: ProcessEvent.CommandName
    ) -> [ExecutableCandidate] {
        var first = String(decoding: commandLine.firstArgument, as: UTF8.self)
        // A login shell.
        if first.hasPrefix("-") { first.removeFirst() }
        // The program that a name stands for depends on a directory that is not known.
        if first.hasPrefix("/") { return file(first).map { [$0] } ?? search(command) }
        let named = first.contains("/") ? [] : search(first)
        return named.isEmpty ? search(command) : named
    }

    private mutating func search(_ command: ProcessEvent.CommandName) -> [ExecutableCandidate] {
        search(String(decoding: command.bytes, as: UTF8.self))
    }

    private mutating func search(_ name: String) -> [ExecutableCandidate] {
        guard !name.isEmpty, !name.contains("/"), name.utf8.count <= Int(NAME_MAX) else { return [] }
        var candidates: [ExecutableCandidate] = []
        var directories: [String] = []
        for directory in found[name] ?? Self.directories {
            guard let candidate = file("\(directory)/\(name)") else { continue }
            directories.append(directory)
            if !candidates.contains(where: { $0.file == candidate.file }) { candidates.append(candidate) }
        }
        if found.count >= Self.cacheLimit { found.removeAll() }
        found[name] = directories.isEmpty ? nil : directories
        return candidates
    }

    private mutating func file(_ path: String) -> ExecutableCandidate? {
        let now = SystemClock.monotonicNanoseconds
        if let known = files[path], now < known.until { return known.candidate }
        guard let candidate = Self.file(path) else {
            files[path] = nil
            return nil
        }
        if files.count >= Self.cacheLimit { files.removeAll() }
        files[path] = (candidate, now + Self.cacheTime)
        return candidate
    }

    private static func file(_ path: String) -> ExecutableCandidate? {
        let limit = 1_024
        guard path.utf8.count < limit else { return nil }
        var file = clinux_file()
        return unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: limit) { resolved in
            guard unsafe clinux_cached_file(path, &file, resolved.baseAddress, limit) == 0 else { return nil }
            let path = unsafe String(decoding: resolved.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            return ExecutableCandidate(
                path: path,
                file: ExecutableFile(device: DeviceNumber(major: file.major, minor: file.minor), inode: file.inode))
        }
    }
}
