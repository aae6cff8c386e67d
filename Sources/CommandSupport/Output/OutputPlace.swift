import CLinux
import Glibc
import LinuxSystem

/// A name in a directory that stays open, so that the rules are checked for the directory that is used.
package struct OutputPlace: ~Copyable {
    private let directory: Descriptor
    private let name: String
    /// The rules for files in this directory.
    package let rules: OutputRules

    /// Opens the directory of a path.
    package static func of(_ path: String) throws(OutputProblem) -> OutputPlace {
        let (parent, name) = split(path)
        guard !path.isEmpty else { throw .system(SystemError("open", errno: ENOENT)) }
        guard !name.isEmpty else { throw .system(SystemError("open", errno: EISDIR)) }
        let flags = Int32(clinux_o_path) | O_DIRECTORY
        let directory = try descriptor(unsafe clinux_open_at(AT_FDCWD, parent, flags))
        var status = stat()
        guard unsafe fstat(directory.number, &status) == 0 else { throw .system(.last("fstat")) }
        return OutputPlace(directory, name, OutputRules(directory: status, user: geteuid()))
    }

    private init(_ directory: consuming Descriptor, _ name: String, _ rules: OutputRules) {
        self.directory = directory
        self.name = name
        self.rules = rules
    }

    private static func split(_ path: String) -> (parent: String, name: String) {
        guard let slash = path.lastIndex(of: "/") else { return (".", path) }
        return (String(path[...slash]), String(path[path.index(after: slash)...]))
    }

    /// Returns the kind of the existing file, without opening it; nil if there is none.
    package func kind() throws(OutputProblem) -> OutputRules.Kind? {
        var status = stat()
        guard unsafe fstatat(directory.number, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
            if errno == ENOENT { return nil }
            throw .system(.last("fstatat"))
        }
        return try rules.kind(of: status)
    }

    /// Creates a regular file; returns nil if the name is in use.
    package func create() throws(OutputProblem) -> Descriptor? { try create(as: name) }

    /// Creates a regular file with another name in the directory; returns nil if the name is in use.
    package func create(as name: String) throws(OutputProblem) -> Descriptor? {
        let number = unsafe openat(directory.number, name, Self.flags | O_EXCL, 0o666)
        if number < 0, errno == EEXIST { return nil }
        return try Self.descriptor(number)
    }

    /// Opens the existing file, with additional flags.
    package func open(_ flags: Int32) throws(OutputProblem) -> Descriptor {
        try Self.descriptor(unsafe openat(directory.number, name, Self.flags | flags, 0o666))
    }

    /// Returns the permissions of the existing regular file, or nil; throws if it may not be overwritten.
    package func modeOfRegular() throws(OutputProblem) -> mode_t? {
        var status = stat()
        guard unsafe fstatat(directory.number, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
            if errno == ENOENT { return nil }
            throw .system(.last("fstatat"))
        }
        guard try rules.kind(of: status) == .regular else { throw .refused("it is not a regular file") }
        return status.st_mode & 0o777
    }

    /// Renames a file of the directory to this name, in place of the existing file.
    package func rename(from temporaryName: String) throws(OutputProblem) {
        guard unsafe renameat(directory.number, temporaryName, directory.number, name) == 0 else {
            throw .system(.last("rename"))
        }
        // A directory opened with O_PATH cannot be synced itself.
        let number = unsafe openat(directory.number, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        let readable = try Self.descriptor(number)
        guard fsync(readable.number) == 0 else { throw .system(.last("fsync")) }
    }

    /// Removes a file of the directory.
    package func remove(_ temporaryName: String) { _ = unsafe unlinkat(directory.number, temporaryName, 0) }

    /// Returns the same place with its own descriptor.
    package func copy() throws(OutputProblem) -> OutputPlace {
        OutputPlace(try Self.descriptor(fcntl(directory.number, F_DUPFD_CLOEXEC, 0)), name, rules)
    }

    private static let flags = O_WRONLY | O_CREAT | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC

    private static func descriptor(_ number: Int32) throws(OutputProblem) -> Descriptor {
        do throws(SystemError) { return try Descriptor(number, of: "open") } catch { throw .system(error) }
    }
}
