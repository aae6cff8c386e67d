import TaskstatsModel

/// What identifies the process of an exit record.
package struct RecordIdentity: Sendable {
    /// The process id.
    package var pid: UInt32
    /// How long the process had lived, in nanoseconds; nil if the kernel does not report it.
    package var age: UInt64?
    /// Whether the process ended with this record.
    package var isLast: Bool
    /// The executable; nil if the kernel does not report it.
    package var executable: ExecutableFile?
    /// When the record was read, in monotonic nanoseconds.
    package var readAt: UInt64

    /// Creates an identity.
    package init(pid: UInt32, age: UInt64?, isLast: Bool, executable: ExecutableFile?, readAt: UInt64) {
        self.pid = pid
        self.age = age
        self.isLast = isLast
        self.executable = executable
        self.readAt = readAt
    }

    /// Returns the identity of the process of a record; a kernel that reports no process ids has one for each task.
    package init(_ record: borrowing ExitRecord, readAt: UInt64) {
        self.init(
            pid: record.tgid ?? record.pid, age: record.task.processAge.map { $0 &* 1_000 },
            isLast: record.isLast ?? true, executable: ExecutableFile(of: record.task), readAt: readAt)
    }
}

extension ProcessTable {
    /// Returns the origin of an exit record; nil if nothing is known, and if it is not certain whose record it is.
    ///
    /// `bootTime` is the difference of the system clock and the monotonic clock.
    package mutating func origin(of record: RecordIdentity, bootTime: UInt64) -> ProcessOrigin? {
        let current = living[record.pid].map { $0.fits(record) } ?? false
        if let forgotten = earlier[record.pid]?.forgottenUse, forgotten.fits(record) { return nil }
        if let old = earlier[record.pid], !(old.isConsumed && record.isLast), old.fits(record) {
            // Records of both uses of the id may be unread.
            guard !current else { return nil }
            earlier[record.pid]?.isConsumed = record.isLast
            return old.epoch == epoch ? earlier[record.pid]?.origin(of: record, bootTime) : nil
        }
        guard current else { return nil }
        if record.isLast { living[record.pid]?.isConsumed = true }
        return isCurrent(record.pid) ? living[record.pid]?.origin(of: record, bootTime) : nil
    }

    /// Returns the start of the program that a reading is about; nil if the process is unknown.
    package mutating func start(_ reading: Reading, bootTime: UInt64) -> ProcessStart? {
        guard let process = living[reading.pid], process.generation == reading.generation, process.epoch == epoch,
            let origin = living[reading.pid]?.origin(nil, bootTime)
        else { return nil }
        // What has changed since is of the next program.
        guard process.executions == reading.execution else {
            var sources = origin.sources
            (sources.command, sources.cgroup, sources.session) = (nil, nil, nil)
            return ProcessStart(
                cpu: Int(reading.cpu), time: reading.time &+ bootTime, pid: reading.pid, ppid: process.parent,
                origin: ProcessOrigin(
                    parents: origin.parents, startedNanoseconds: origin.startedNanoseconds, sources: sources))
        }
        return ProcessStart(
            cpu: Int(reading.cpu), time: reading.time &+ bootTime, pid: reading.pid, ppid: process.parent,
            uid: process.changes(in: epoch).contains(.user) ? nil : process.uid, gid: process.gid,
            commandBytes: process.command?.bytes, origin: origin)
    }
}

extension RecordIdentity {
    /// When the process started at the latest, in monotonic nanoseconds; nil if unknown.
    var latestStart: UInt64? { age.map { readAt - min($0, readAt) } }

    /// Returns whether a record can be of a process that started at this time.
    ///
    /// The process of the record cannot have started later than its age before the record was read. It started earlier
    /// than that by the time that the record waited, which is short.
    func canBeOfProcess(startedAt start: UInt64?) -> Bool {
        guard let start, let latest = latestStart else { return true }
        // On a busy machine, a fork is reported long after the start.
        let (tolerance, longestWait): (UInt64, UInt64) = (500_000_000, 5_000_000_000)
        return start <= latest + tolerance && latest <= start + longestWait
    }
}

extension ForgottenUse {
    /// Returns whether a record can be of this use; records of other tasks can follow that of the end.
    func fits(_ record: RecordIdentity) -> Bool {
        !(isConsumed && record.isLast) && record.canBeOfProcess(startedAt: start)
    }
}

extension TrackedProcess {
    /// Returns whether a record can be of this process, by its age.
    func fits(_ record: RecordIdentity) -> Bool { record.canBeOfProcess(startedAt: start?.value) }

    /// Returns the origin of a record of one of its tasks, without values that may have changed after the task ended.
    mutating func origin(of record: RecordIdentity, _ bootTime: UInt64) -> ProcessOrigin {
        if let start, let latest = record.latestStart, latest < start.value {
            // The fork was reported late.
            change { $0.start = SourcedValue(latest, start.source) }
        }
        let changes = changes(after: record)
        guard !changes.isEmpty else { return origin(record.executable, bootTime) }
        var earlier = self
        earlier.forget(changes)
        return earlier.origin(record.executable, bootTime)
    }

    /// Returns the origin of its records; the same object as long as nothing changes.
    mutating func origin(_ executable: ExecutableFile?, _ bootTime: UInt64) -> ProcessOrigin {
        if let origin, origin.executable == executable { return origin.value }
        var sources = ProcessOrigin.Sources()
        sources.command = program?.source
        sources.cgroup = cgroup?.source
        sources.parents = lineage?.source
        sources.started = start?.source
        sources.session = session?.source
        let path = executable.flatMap { file in program?.value.candidates.first { $0.file == file }?.path }
        let new = ProcessOrigin(
            commandLine: program?.value.commandLine, executable: path, cgroup: cgroup?.value.value,
            parents: lineage?.value.values, startedNanoseconds: start.map { $0.value &+ bootTime },
            session: session?.value, sources: sources, commandUID: program?.value.uid)
        if lineage?.value.isNamed ?? true { origin = (new, executable) }
        return new
    }
}
