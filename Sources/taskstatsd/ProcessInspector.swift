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
        let text: String?
        var owner = stat()
        do throws(SystemError) {
            text = try unsafe Descriptor(clinux_open_at(directory.number, "status", O_RDONLY), of: "open").readText()
            guard unsafe fstatat(directory.number, "status", &owner, AT_SYMLINK_NOFOLLOW) == 0 else {
                throw .last("fstatat")
            }
        } catch {
            guard error.isShortage else { return nil }
            throw error
        }
        guard let text else { return nil }

        var values: [Substring: [Substring]] = [:]
        for line in text.split(separator: "\n") {
            let parts = line.split { $0 == ":" || $0 == "\t" || $0 == " " }
            // The first line of a name counts: what follows is the kernel's, what a process names itself is escaped.
            if let name = parts.first, values[name] == nil { values[name] = Array(parts.dropFirst()) }
        }
        guard let uids = ids(values["Uid"]), let gids = ids(values["Gid"]),
            let capabilities = values["CapPrm"]?.first.flatMap({ UInt64($0, radix: 16) }),
            let tgid = values["Tgid"]?.first.flatMap({ UInt32($0) })
        else { return nil }
        return AccessPolicy.ProcessFacts(
            uids: uids, gids: gids, fileOwner: owner.st_uid, permittedCapabilities: capabilities, tgid: tgid)
    }

    private func ids(_ values: [Substring]?) -> AccessPolicy.ProcessFacts.IDs? {
        guard let numbers = values?.compactMap({ UInt32($0) }), numbers.count >= 3 else { return nil }
        return AccessPolicy.ProcessFacts.IDs(real: numbers[0], effective: numbers[1], saved: numbers[2])
    }
}
