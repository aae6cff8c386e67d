extension TaskstatsClient: TaskstatsProvider {
    /// Returns the counters of one task so far, by thread id.
    ///
    /// Fields that are not in `fields`, or that this kernel does not count, are absent.
    public func stats(ofTask pid: some BinaryInteger & Sendable, fields: FieldSet = .all) async throws -> TaskRecord {
        try await ask(.stats(ofTask: pid, fields: fields))
    }

    /// Returns the counters of a process so far, summed over its tasks, by process id.
    public func stats(
        ofProcess tgid: some BinaryInteger & Sendable, fields: FieldSet = .all
    ) async throws -> TaskRecord {
        try await ask(.stats(ofProcess: tgid, fields: fields))
    }

    /// Returns the counters of each of these tasks so far, in the given order, by thread id.
    ///
    /// This is much faster than one request after another. The error of a task that does not exist, or that this user
    /// may not see, takes the place of its counters. The call throws only if the connection fails, or if no reply
    /// arrives within ``timeout``.
    public func stats<ID: BinaryInteger & Sendable>(
        ofTasks pids: some Sequence<ID> & Sendable, fields: FieldSet = .all
    ) async throws -> [Result<TaskRecord, TaskstatsError>] {
        try await ask(pids.map { try .stats(ofTask: $0, fields: fields) })
    }

    /// Returns the counters of each of these processes so far, summed over their tasks, by process id.
    public func stats<ID: BinaryInteger & Sendable>(
        ofProcesses tgids: some Sequence<ID> & Sendable, fields: FieldSet = .all
    ) async throws -> [Result<TaskRecord, TaskstatsError>] {
        try await ask(tgids.map { try .stats(ofProcess: $0, fields: fields) })
    }

    /// Returns what a running process executed, where it belongs, and who started it, by process id; nil if this client
    /// may not see it, or the daemon does not know.
    public func origin(ofProcess tgid: some BinaryInteger & Sendable) async throws -> ProcessOrigin? {
        try await ask(.origin(ofProcess: tgid))
    }

    /// Returns the number of tasks of a cgroup in each state, by the absolute path of its version 1 directory.
    public func stats(ofCgroup path: String) async throws -> CgroupStats {
        try await ask(.stats(ofCgroup: path))
    }

    /// Returns the counters of the request connection and, with access to every process, of the daemon.
    public func status() async throws -> DaemonStatus { try await ask(.status) }
}
