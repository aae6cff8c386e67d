extension TaskstatsConnection {
    /// What the kernel has counted so far for one task, by its thread id.
    ///
    /// Members that are not in `fields`, or that this kernel does not count, are absent.
    public func stats(ofTask pid: some BinaryInteger, fields: FieldSet = .all) throws(TaskstatsError) -> TaskRecord {
        try ask(.stats(ofTask: pid, fields: fields))
    }

    /// What the kernel has counted so far for all tasks of a process together, by its process id.
    public func stats(
        ofProcess tgid: some BinaryInteger, fields: FieldSet = .all
    ) throws(TaskstatsError) -> TaskRecord {
        try ask(.stats(ofProcess: tgid, fields: fields))
    }

    /// How many tasks of a cgroup are in which state, by the absolute path of its version 1 directory.
    public func stats(ofCgroup path: String) throws(TaskstatsError) -> CgroupStats {
        try ask(.stats(ofCgroup: path))
    }

    /// Asks for exit records from now on, in place of what was subscribed before, and returns what is in force.
    ///
    /// The result names the CPUs as a plain list. The events come from ``next()``.
    @discardableResult
    public func subscribe(_ subscription: Subscription = Subscription()) throws(TaskstatsError) -> Subscription {
        let inForce = try ask(.subscribe(subscription))
        self.subscription = subscription
        return inForce
    }

    /// Asks for no more exit records.
    ///
    /// Those that came before the daemon answered are still handed out by ``next()``, up to 8,192 of them, with the number
    /// of the others as a loss. ``unsubscribe(handingOver:)`` hands over any number.
    public func unsubscribe() throws(TaskstatsError) {
        try ask(.unsubscribe)
        subscription = nil
    }

    /// The counters of this connection and, with access to everything, of the daemon.
    public func status() throws(TaskstatsError) -> DaemonStatus { try ask(.status) }
}
