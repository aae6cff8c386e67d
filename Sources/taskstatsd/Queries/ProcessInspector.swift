import CLinux
import Glibc
import LinuxSystem
import TaskstatsBroker

/// Inspects one process through its directory in /proc.
///
/// The directory descriptor never refers to another process, even when the pid is reused: once the process is gone,
/// every access fails.
struct ProcessInspector: ~Copyable {
    private let directory: Descriptor

    /// Opens the directory of a process or thread; fails with ENOENT when there is none.
    static func open(pid: UInt32) throws(SystemError) -> ProcessInspector {
        ProcessInspector(
            directory: try unsafe Descriptor(
                clinux_open_at(AT_FDCWD, "/proc/\(pid)", O_DIRECTORY | Int32(clinux_o_path)), of: "open"))
    }

    private init(directory: consuming Descriptor) { self.directory = directory }

    /// Returns whether the process has ended and was reaped.
    func isGone() -> Bool {
        guard unsafe faccessat(directory.number, "status", F_OK, 0) != 0 else { return false }
        return errno == ESRCH || errno == ENOENT
    }

    /// Returns the current facts of the process; nil when some cannot be read; throws on resource exhaustion.
    ///
    /// No process returns to the initial user namespace, so only the last of several samples must read it.
    func facts(assumingInitialUserNamespace isAssumed: Bool = false) throws(SystemError) -> AccessPolicy.ProcessFacts? {
        do throws(SystemError) {
            // Before the status, whose later success shows that the process was alive until then.
            let isInInitialUserNamespace = if isAssumed { true } else { try isInInitialUserNamespace() }
            guard let status = try open("status").readBytes() else { return nil }
            var owner = stat()
            guard unsafe fstatat(directory.number, "status", &owner, AT_SYMLINK_NOFOLLOW) == 0 else {
                throw .last("fstatat")
            }
            return AccessPolicy.ProcessFacts(
                status: status, fileOwner: owner.st_uid, isInInitialUserNamespace: isInInitialUserNamespace)
        } catch {
            guard error.isResourceExhaustion else { return nil }
            throw error
        }
    }

    /// Returns whether the process is in the initial user namespace, which maps every id to itself.
    ///
    /// Another namespace can be set up to do the same, but its creator rarely maps project ids. The result means
    /// nothing for a process that is gone: a kernel without user namespaces has no such files either.
    func isInInitialUserNamespace() throws(SystemError) -> Bool {
        let (mapsUsers, mapsProjects) = (try mapsEveryID("uid_map"), try mapsEveryID("projid_map"))
        return mapsUsers && mapsProjects
    }

    private func mapsEveryID(_ name: String) throws(SystemError) -> Bool {
        do throws(SystemError) {
            return try open(name).readBytes()?.split { $0 == 0x20 || $0 == 0x0a }.elementsEqual(Self.wholeRange)
                ?? false
        } catch {
            guard error.errno == ENOENT else { throw error }
            return true
        }
    }

    /// The only line of an identity map: from 0, to 0, all ids.
    private static let wholeRange = ["0", "0", "\(UInt32.max)"].map { ArraySlice($0.utf8) }

    private func open(_ name: String) throws(SystemError) -> Descriptor {
        try unsafe Descriptor(clinux_open_at(directory.number, name, O_RDONLY), of: "open")
    }
}
