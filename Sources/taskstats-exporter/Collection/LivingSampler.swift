import CommandSupport
import LinuxSystem
import Taskstats

/// Samples of all living tasks: each thread by itself, because the sums of a process lack its I/O and its page faults.
struct LivingSampler {
    /// One sample.
    struct Result {
        var tasks: [ExporterModel.LivingTask] = []
        /// The ids that existed when the sample began.
        var listed: Set<UInt32> = []
        /// When it was taken, in microseconds of the monotonic clock.
        var time: ClosedRange<UInt64>
    }

    private let needsCgroups: Bool
    private let fields: FieldSet

    init(by grouping: Grouping) {
        needsCgroups = grouping.requiresOrigin
        // A task without an address space is one of the kernel, or has ended.
        fields = TaskCounters.fields.union([.acEtime, .acComm, .hiwaterVm])
            .union(grouping == .user ? [.acUid] : [])
    }

    /// Queries all tasks that the client can see.
    func sample(on connection: TaskstatsConnection) throws -> Result {
        let owner = connection.server.access == .all ? nil : connection.server.uid
        let begin = SystemClock.monotonicMicroseconds
        var tasks: [(id: UInt32, process: UInt32)] = []
        var cgroups: [UInt32: ControlGroup] = [:]
        for process in try ProcessDirectory.processes(ofUser: owner) {
            for id in ProcessDirectory.threads(of: process) ?? [] { tasks.append((id, process)) }
            if needsCgroups { cgroups[process] = ControlGroup.current(of: process) }
        }
        let queries = tasks.map { RateLimitedQueries.Query(.pid($0.id), fields: fields) }
        let replies = try RateLimitedQueries.send(queries, on: connection)
        var result = Result(time: begin...SystemClock.monotonicMicroseconds)
        result.listed.reserveCapacity(tasks.count)
        result.tasks.reserveCapacity(tasks.count)
        for (task, reply) in zip(tasks, replies) {
            result.listed.insert(task.id)
            guard case .success(let reply) = reply else { continue }
            if (reply.record[.hiwaterVm] ?? 0) == 0, TaskState.hasEnded(task.id, of: task.process) { continue }
            result.tasks.append(
                .init(id: task.id, process: task.process, record: reply.record, cgroup: cgroups[task.process]))
        }
        return result
    }
}
