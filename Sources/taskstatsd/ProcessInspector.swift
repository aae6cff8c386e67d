import CLinux
import Glibc
import LinuxSystem
import TaskstatsBroker

/// Looks at one process through its directory in /proc.
///
/// The descriptor of the directory never names another process, even when the pid is given anew: once the process is
/// gone, every look fails.
struct ProcessInspector: ~Copyable {
    private let directory: Descriptor

    /// The directory of a process or thread; ENOENT when there is none.
    static func open(pid: UInt32) throws(SystemError) -> ProcessInspector {
        ProcessInspector(
            directory: try unsafe Descriptor(
                clinux_open_at(AT_FDCWD, "/proc/\(pid)", O_DIRECTORY | Int32(clinux_o_path)), of: "open"))
    }

    private init(directory: consuming Descriptor) { self.directory = directory }

    /// Whether the process has ended and was reaped.
    func isGone() -> Bool {
        guard unsafe faccessat(directory.number, "status", F_OK, 0) != 0 else { return false }
        return errno == ESRCH || errno == ENOENT
    }

    /// What is known of the process now; nil when anything of it cannot be read, fails when we ran short of something.
    func facts() throws(SystemError) -> AccessPolicy.ProcessFacts? {
        do throws(SystemError) {
            // Before its status: that this can be read afterwards shows that it lived until then.
            let isInInitialUserNamespace = try isInInitialUserNamespace()
            guard let text = try text("status") else { return nil }
            var owner = stat()
            guard unsafe fstatat(directory.number, "status", &owner, AT_SYMLINK_NOFOLLOW) == 0 else {
                throw .last("fstatat")
            }
            return AccessPolicy.ProcessFacts(
                status: text, fileOwner: owner.st_uid, isInInitialUserNamespace: isInInitialUserNamespace)
        } catch {
            guard error.isShortage else { return nil }
            throw error
        }
    }

    /// Whether it is in the initial user namespace, which maps every id to itself.
    ///
    /// Another one can be made to do the same, but who makes one does not care for project ids. Says nothing about a process
    /// that is gone: a kernel without user namespaces has no such files either.
    func isInInitialUserNamespace() throws(SystemError) -> Bool {
        let (mapsUsers, mapsProjects) = (try mapsEveryID("uid_map"), try mapsEveryID("projid_map"))
        return mapsUsers && mapsProjects
    }

    private func mapsEveryID(_ name: String) throws(SystemError) -> Bool {
        do throws(SystemError) {
            return try text(name)?.split { $0 == " " || $0 == "\n" } == ["0", "0", "\(UInt32.max)"]
        } catch {
            guard error.errno == ENOENT else { throw error }
            return true
        }
    }

    private func text(_ name: String) throws(SystemError) -> String? {
        try unsafe Descriptor(clinux_open_at(directory.number, name, O_RDONLY), of: "open").readText()
    }
}
