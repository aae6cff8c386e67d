import CommandSupport
import Glibc
import LinuxSystem

/// The processes of a cgroup and all cgroups below it at one time.
struct CgroupMembers: Equatable {
    /// The number of cgroups.
    var cgroups = 0
    /// The number of cgroups whose processes cannot be read.
    var unreadable = 0
    /// The ids of the processes, each once.
    var processes: [UInt32] = []
    /// The number of processes outside of this process's pid namespace, which have no id in it.
    var outside = 0

    /// Lists the processes; throws if the cgroup itself cannot be read.
    static func list(_ cgroup: Cgroup, interruptedBy descriptor: Int32 = -1) throws -> CgroupMembers {
        var members = CgroupMembers()
        // A process that moves meanwhile can be listed twice.
        var seen: Set<UInt32> = []
        members.unreadable += try CgroupWalk.run(from: cgroup.directory, interruptedBy: descriptor) { directory in
            do throws(SystemError) {
                let text = try directory.read("cgroup.procs") ?? []
                members.cgroups += 1
                members.add(text, &seen)
            } catch {
                if members.cgroups == 0 { throw failure(cgroup, error) }
                switch error.errno {
                // It has disappeared.
                case ENODEV, ENOENT: break
                // The processes of threaded cgroups are listed in a parent.
                case EOPNOTSUPP: members.cgroups += 1
                default: members.unreadable += 1
                }
            }
        }
        guard members.cgroups > 0 else { throw failure(cgroup, SystemError("open", errno: errorOfDirectory(cgroup))) }
        return members
    }

    private static func errorOfDirectory(_ cgroup: Cgroup) -> Int32 {
        // access with the effective ids.
        unsafe faccessat(AT_FDCWD, cgroup.directory, R_OK | X_OK, AT_EACCESS) == 0 ? ENOENT : errno
    }

    /// Adds the processes of one cgroup, an id in each line.
    private mutating func add(_ text: [UInt8], _ seen: inout Set<UInt32>) {
        var id: UInt32 = 0
        for byte in text {
            if byte == UInt8(ascii: "\n") {
                if id == 0 { outside += 1 } else if seen.insert(id).inserted { processes.append(id) }
                id = 0
            } else if (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
                id = id &* 10 &+ UInt32(byte - UInt8(ascii: "0"))
            }
        }
    }

    private static func failure(_ cgroup: Cgroup, _ error: SystemError) -> Failure {
        switch error.errno {
        case ENOENT, ENODEV: Failure("the cgroup \(cgroup.path) does not exist any more")
        case EOPNOTSUPP:
            Failure(
                "cannot list the processes of the cgroup \(cgroup.path): it contains single threads of processes "
                    + "(name its threaded domain, the nearest parent whose cgroup.type is not threaded)")
        default: Failure("cannot list the processes of the cgroup \(cgroup.path): \(error.text)")
        }
    }
}
