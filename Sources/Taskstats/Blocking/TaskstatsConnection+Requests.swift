extension TaskstatsConnection {
    /// Returns the counters of one task so far, by thread id.
    ///
    /// Fields that are not in `fields`, or that this kernel does not count, are absent.
    public func stats(ofTask pid: some BinaryInteger, fields: FieldSet = .all) throws(TaskstatsError) -> TaskRecord {
        try ask(.stats(ofTask: pid, fields: fields))
    }

    /// Returns the counters of a process so far, summed over its tasks, by process id.
    public func stats(
        ofProcess tgid: some BinaryInteger, fields: FieldSet = .all
    ) throws(TaskstatsError) -> TaskRecord {
        try ask(.stats(ofProcess: tgid, fields: fields))
    }

    /// Returns what a running process executed, where it belongs, and who started it, by process id; nil if this client
    /// may not see it, or the daemon does not know.
    public func origin(ofProcess tgid: some BinaryInteger) throws(TaskstatsError) -> ProcessOrigin? {
        try ask(.origin(ofProcess: tgid))
    }

    /// Returns the number of tasks of a cgroup in each state, by the absolute path of its version 1 directory.
    public func stats(ofCgroup path: String) throws(TaskstatsError) -> CgroupStats {
        try ask(.stats(ofCgroup: path))
    }

    /// Subscribes to exit records from now on, in place of an earlier subscription, and returns the effective
    /// subscription.
    ///
    /// Read the events with ``next()``.
    @discardableResult
    public func subscribe(_ subscription: Subscription = Subscription()) throws(TaskstatsError) -> Subscription {
        let answer = try ask(.subscribe(subscription))
        self.subscription = subscription
        stateMachine.start = answer.start(at: server)
        return answer.effective
    }

    /// Ends the subscription.
    ///
    /// ``next()`` still returns the records that arrived before the daemon's reply: up to 8,192 of them, and the number
    /// of the others as a loss. ``unsubscribe(handingOver:)`` passes on any number of them.
    public func unsubscribe() throws(TaskstatsError) {
        try ask(.unsubscribe)
        subscription = nil
    }

    /// Returns the counters of this connection and, with access to every process, of the daemon.
    public func status() throws(TaskstatsError) -> DaemonStatus { try ask(.status) }
}
