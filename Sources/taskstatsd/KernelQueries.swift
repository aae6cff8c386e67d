import Glibc
import LinuxSystem
import Netlink
import TaskstatsBroker
import TaskstatsKernel
import TaskstatsModel
import TaskstatsProtocol

/// Answers queries: checks what the client may see, asks the kernel, and checks again.
///
/// The second look is what makes the first one worth something: a process can become a set-id program between the two,
/// and a pid can be given to another process. Both looks go through one descriptor of the process's directory. A process
/// can also have become one and be back; so the kernel is asked before the first look and after the second one too, and
/// every record must name the same program.
struct KernelQueries: ~Copyable {
    private var kernel: TaskQuery<NetlinkSocket>

    init(_ kernel: consuming TaskQuery<NetlinkSocket>) { self.kernel = kernel }

    /// The answer to a query, or why there is none.
    mutating func answer(_ query: Broker.Query) -> Broker.QueryAnswer {
        do throws(ProtocolError) {
            switch query.target {
            case .pid(let pid): return .record(try task(pid, query.access))
            case .tgid(let tgid): return .record(try process(tgid, query.access))
            case .cgroup(let path): return .cgroup(try cgroup(path, query.access))
            }
        } catch {
            return .refusal(error)
        }
    }

    private mutating func task(_ pid: UInt32, _ access: AccessPolicy.Access) throws(ProtocolError) -> TaskRecord {
        if access == .all { return try task(pid) }
        return try guarded(pid, access).task
    }

    /// The sums of a process name nobody: the record of its leader says whose they are.
    private mutating func process(_ tgid: UInt32, _ access: AccessPolicy.Access) throws(ProtocolError) -> TaskRecord {
        if access == .all { return try process(tgid) }
        return try guarded(tgid, access, withProcess: true).process
    }

    private mutating func task(_ pid: UInt32) throws(ProtocolError) -> TaskRecord {
        try ask(pid) { (kernel) throws(NetlinkError) in try kernel.task(pid: pid) }
    }

    private mutating func process(_ tgid: UInt32) throws(ProtocolError) -> TaskRecord {
        try ask(tgid) { (kernel) throws(NetlinkError) in try kernel.process(tgid: tgid) }
    }

    private mutating func cgroup(_ path: String, _ access: AccessPolicy.Access) throws(ProtocolError) -> CgroupStats {
        let directory = try CgroupDirectory.open(path, for: access)
        do throws(NetlinkError) {
            return try kernel.cgroup(directory: directory.number)
        } catch {
            throw ProtocolError(kernel: error, about: "cgroup \(path)")
        }
    }

    /// Asks in the name of a client that may see only its own processes; the sums only for the leader of a process.
    private mutating func guarded(
        _ id: UInt32, _ access: AccessPolicy.Access, withProcess: Bool = false
    ) throws(ProtocolError) -> (task: TaskRecord, process: TaskRecord) {
        let directory: ProcessInspector
        do throws(SystemError) {
            directory = try ProcessInspector.open(pid: id)
        } catch {
            switch error.errno {
            case ENOENT, ESRCH: throw noSuchTask(id)
            default: throw error.isShortage ? ProtocolError(kernel: .system(error)) : denial(id)
            }
        }
        let program = RunningProgram(try task(id))
        guard let before = try facts(directory) else {
            throw directory.isGone() ? noSuchTask(id) : denial(id)
        }
        guard access.mayQuery(before), !withProcess || before.tgid == id else { throw denial(id) }
        let record = try task(id)
        let sums = withProcess ? try process(id) : record
        // The sums name no program.
        let behind = withProcess ? RunningProgram(try taskStill(id)) : program
        guard access.agrees(with: record, of: before), try facts(directory) == before else { throw denial(id) }
        let last = RunningProgram(try taskStill(id))
        guard [RunningProgram(record), behind, last].allSatisfy({ $0 == program }) else { throw denial(id) }
        return (record, sums)
    }

    /// A task that was there a moment ago; that it is gone means that it changed.
    private mutating func taskStill(_ id: UInt32) throws(ProtocolError) -> TaskRecord {
        do throws(ProtocolError) {
            return try task(id)
        } catch {
            throw error.name == .noSuchTask ? denial(id) : error
        }
    }

    /// That we ran short of something says nothing about the process, and must not sound as if it did.
    private func facts(_ directory: borrowing ProcessInspector) throws(ProtocolError) -> AccessPolicy.ProcessFacts? {
        do throws(SystemError) {
            return try directory.facts()
        } catch {
            throw ProtocolError(kernel: .system(error))
        }
    }

    private mutating func ask(
        _ id: UInt32, _ question: (inout TaskQuery<NetlinkSocket>) throws(NetlinkError) -> TaskRecord
    ) throws(ProtocolError) -> TaskRecord {
        do throws(NetlinkError) {
            return try question(&kernel)
        } catch {
            switch error.errno {
            case ESRCH: throw noSuchTask(id)
            case EPERM: throw denial(id)
            default: throw ProtocolError(kernel: error)
            }
        }
    }

    private func noSuchTask(_ id: UInt32) -> ProtocolError {
        ProtocolError(.noSuchTask, "no task has the id \(id)", errno: "ESRCH")
    }

    private func denial(_ id: UInt32) -> ProtocolError {
        ProtocolError(
            .permissionDenied, "task \(id) is not yours, or runs with other rights or in another namespace than you",
            errno: "EPERM")
    }
}
