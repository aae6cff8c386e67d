import TaskstatsProtocol

extension TaskstatsConnection {
    /// What the kernel has counted so far for one task, by its thread id.
    ///
    /// Members that are not in `fields`, or that this kernel does not count, are absent.
    public func stats(ofTask pid: some BinaryInteger, fields: FieldSet = .all) throws(TaskstatsError) -> TaskRecord {
        try record(of: .pid(taskID(pid, "pid")), fields: fields)
    }

    /// What the kernel has counted so far for all tasks of a process together, by its process id.
    public func stats(
        ofProcess tgid: some BinaryInteger, fields: FieldSet = .all
    ) throws(TaskstatsError) -> TaskRecord {
        try record(of: .tgid(taskID(tgid, "tgid")), fields: fields)
    }

    /// How many tasks of a cgroup are in which state, by the absolute path of its version 1 directory.
    public func stats(ofCgroup path: String) throws(TaskstatsError) -> CgroupStats {
        guard case .cgroup(let stats) = try answer(to: .get(.cgroup(path), fields: .all)).reply else {
            throw unexpectedAnswer("get")
        }
        return stats
    }

    /// Asks for exit records from now on, in place of what was subscribed before, and returns what is in force.
    ///
    /// The result names the CPUs as a plain list. The events come from ``next()``.
    @discardableResult
    public func subscribe(_ subscription: Subscription = Subscription()) throws(TaskstatsError) -> Subscription {
        let reply = try answer(to: .subscribe(SubscribeParameters(subscription))).reply
        guard case .subscription(let cpus, let fields) = reply else { throw unexpectedAnswer("subscribe") }
        var inForce = subscription
        inForce.cpus = cpus
        inForce.fields = fields
        return inForce
    }

    /// Asks for no more exit records.
    ///
    /// Those that came before the daemon answered are still handed out by ``next()``.
    public func unsubscribe() throws(TaskstatsError) {
        _ = try answer(to: .unsubscribe)
    }

    /// The counters of this connection and, with access to everything, of the daemon.
    public func status() throws(TaskstatsError) -> DaemonStatus {
        guard case .status(let status) = try answer(to: .status).reply else { throw unexpectedAnswer("status") }
        return DaemonStatus(status)
    }

    private func record(of target: QueryTarget, fields: FieldSet) throws(TaskstatsError) -> TaskRecord {
        guard case .stats(let record) = try answer(to: .get(target, fields: fields)).reply else {
            throw unexpectedAnswer("get")
        }
        return record
    }

    func taskID(_ id: some BinaryInteger, _ parameter: String) throws(TaskstatsError) -> UInt32 {
        guard let number = Int32(exactly: id), number > 0 else {
            throw TaskstatsError(
                .invalidParameters, "\(parameter): must be an integer from 1 to \(Int32.max)", parameter: parameter)
        }
        return UInt32(number)
    }

    private func unexpectedAnswer(_ method: String) -> TaskstatsError {
        failed(.violation("its answer to \(method) is of another kind"))
    }
}
