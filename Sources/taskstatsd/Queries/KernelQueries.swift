import Glibc
import LinuxSystem
import Netlink
import ProcessTracking
import TaskstatsBroker
import TaskstatsKernel
import TaskstatsModel
import TaskstatsProtocol

/// Answers queries: checks the client's access, queries the kernel, and checks again.
///
/// The second check is what makes the first one meaningful: in between, a process can become a set-id program, and a
/// pid can be reused by another process. Both checks go through one descriptor of the process's directory. A process
/// could also become a set-id program and change back; so the kernel is queried before the first check and after the
/// second one too, and every record must name the same program. A process that changes in between, for example because
/// it executes a program, is queried again from the start.
///
/// One thread at a time uses it, not always the same one.
final class KernelQueries: @unchecked Sendable {
    private var kernel: TaskQuery<NetlinkSocket>

    /// The maximum number of threads of a process whose sums an ordinary client can query.
    private let threadLimit: Int

    /// The part of the origin of processes that clients can see.
    private let originLevel: OriginSettings.Level
    private var caches = ProcessReadingCaches()

    init(_ kernel: consuming TaskQuery<NetlinkSocket>, threadLimit: Int, originLevel: OriginSettings.Level) {
        self.originLevel = originLevel
        self.kernel = kernel
        self.threadLimit = threadLimit
    }

    /// Returns the answer to a query, or the reason for refusing it; the validator is applied to its records.
    func answer(_ query: Broker.Query, _ validator: RecordValidator) -> Broker.QueryAnswer {
        kernel.validator = validator
        do throws(ProtocolError) {
            switch query.target {
            case .pid(let pid): return answer(try task(pid, query.access), pid, query)
            case .tgid(let tgid): return answer(try process(tgid, query.access), tgid, query, isSum: true)
            case .cgroup(let path): return .cgroup(try cgroup(path, query.access))
            }
        } catch {
            return .refusal(error)
        }
    }

    private func answer(
        _ record: TaskRecord, _ id: UInt32, _ query: Broker.Query, isSum: Bool = false
    ) -> Broker.QueryAnswer {
        guard query.wantsOrigin, originLevel != .none else { return .record(record) }
        // Sums over threads name no program, and their age is the sum of all ages.
        guard let task = isSum ? try? task(id) : record else { return .record(record) }
        return .record(
            record, origin: LivingProcess.origin(of: task, id, showsCommand: originLevel == .all, &caches))
    }

    private func task(_ pid: UInt32, _ access: AccessPolicy.Access) throws(ProtocolError) -> TaskRecord {
        if access == .all { return try task(pid) }
        return try guarded(pid, access).task
    }

    /// Queries the sums of a process; they name no user, so the record of its leader determines the access.
    private func process(_ tgid: UInt32, _ access: AccessPolicy.Access) throws(ProtocolError) -> TaskRecord {
        if access == .all { return try process(tgid) }
        return try guarded(tgid, access, withProcess: true).process
    }

    private func task(_ pid: UInt32) throws(ProtocolError) -> TaskRecord {
        try ask(pid) { (kernel) throws(NetlinkError) in try kernel.task(pid: pid) }
    }

    private func process(_ tgid: UInt32, age: UInt64? = nil) throws(ProtocolError) -> TaskRecord {
        try ask(tgid) { (kernel) throws(NetlinkError) in try kernel.process(tgid: tgid, age: age) }
    }

    private func cgroup(_ path: String, _ access: AccessPolicy.Access) throws(ProtocolError) -> CgroupStats {
        let directory = try CgroupDirectory.open(path, for: access)
        do throws(NetlinkError) {
            return try kernel.cgroup(directory: directory.number)
        } catch {
            throw ProtocolError(kernel: error, about: "cgroup \(path)")
        }
    }

    /// Queries for a client that may see only its own processes; sums are available only for the leader of a process.
    private func guarded(
        _ id: UInt32, _ access: AccessPolicy.Access, withProcess: Bool = false
    ) throws(ProtocolError) -> (task: TaskRecord, process: TaskRecord) {
        // A process that constantly executes programs changes during about one query in 16.
        let attempts = 6
        for _ in 0..<attempts {
            if let records = try guardedOnce(id, access, withProcess) { return records }
        }
        throw denial(id)
    }

    /// Returns nil when the process changed during the query.
    private func guardedOnce(
        _ id: UInt32, _ access: AccessPolicy.Access, _ withProcess: Bool
    ) throws(ProtocolError) -> (task: TaskRecord, process: TaskRecord)? {
        let directory: ProcessInspector
        do throws(SystemError) {
            directory = try ProcessInspector.open(pid: id)
        } catch {
            switch error.errno {
            case ENOENT, ESRCH: throw noSuchTask(id)
            default: throw error.isResourceExhaustion ? ProtocolError(kernel: .system(error)) : denial(id)
            }
        }
        let program = RunningProgram(try task(id))
        guard let before = try facts(directory, assumingInitialUserNamespace: true) else {
            throw directory.isGone() ? noSuchTask(id) : denial(id)
        }
        guard access.mayQuery(before), !withProcess || before.tgid == id else { throw denial(id) }
        if withProcess, before.threads > threadLimit {
            let limit = ProtocolError.Limit("threads", allowed: threadLimit, used: before.threads)
            throw ProtocolError(
                .limitExceeded, "process \(id) has too many threads to sum: \(limit.text)", limit: limit)
        }
        let record = try task(id)
        let sums = withProcess ? try process(id, age: record[.acTgetime]) : record
        // The sums name no program.
        let behind = withProcess ? RunningProgram(try task(id)) : program
        guard access.agrees(with: record, of: before), try facts(directory)?.agrees(with: before) ?? false else {
            return nil
        }
        let last = RunningProgram(try task(id))
        guard [RunningProgram(record), behind, last].allSatisfy({ $0 == program }) else { return nil }
        return (record, sums)
    }

    /// Reads the facts of a process.
    ///
    /// Resource exhaustion says nothing about the process and must not look like a denial.
    private func facts(
        _ directory: borrowing ProcessInspector, assumingInitialUserNamespace isAssumed: Bool = false
    ) throws(ProtocolError) -> AccessPolicy.ProcessFacts? {
        do throws(SystemError) {
            return try directory.facts(assumingInitialUserNamespace: isAssumed)
        } catch {
            throw ProtocolError(kernel: .system(error))
        }
    }

    private func ask(
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
        ProtocolError(.noSuchTask, "no task with id \(id)", errno: "ESRCH")
    }

    private func denial(_ id: UInt32) -> ProtocolError {
        ProtocolError(
            .permissionDenied, "task \(id) is not yours, or has other privileges or namespaces than you",
            errno: "EPERM")
    }
}

extension ProtocolError {
    /// Wraps a kernel refusal without a specific protocol error; EBADMSG for an answer that is missing or malformed.
    init(kernel error: NetlinkError, about subject: String? = nil) {
        let message = subject.map { "\($0): \(error)" } ?? "\(error)"
        self.init(.kernelError, message, errno: SystemError("netlink", errno: error.errno ?? EBADMSG).name)
    }
}

/// The program that a task runs, identified by its file; struct versions below 12 do not contain it, so all are equal.
///
/// A set-id program is a different file than an ordinary one, whatever its name.
struct RunningProgram: Equatable {
    private let inode: UInt64?
    private let device: UInt64?

    init(_ record: borrowing TaskRecord) {
        inode = record[.acExeInode]
        device = record[.acExeDev]
    }
}
