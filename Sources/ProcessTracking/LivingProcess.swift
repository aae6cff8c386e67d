import LinuxSystem
import TaskstatsModel

/// Reads the origin of a process that is running.
package enum LivingProcess {
    /// Returns the origin of the process of a record that was just queried; nil when it is gone.
    package static func origin(
        of record: borrowing TaskRecord, _ id: UInt32, showsCommand: Bool, _ caches: inout ProcessReadingCaches
    ) -> ProcessOrigin? {
        let pid = record[.acTgid].flatMap(UInt32.init(exactly:)) ?? id
        guard let snapshot = ProcessDirectory(pid: pid)?.read(commandLine: showsCommand, &caches),
            agrees(snapshot, with: record)
        else { return nil }
        let executable = ExecutableFile(of: record)
        var sources = ProcessOrigin.Sources()
        (sources.started, sources.session, sources.parents) = (.scan, .scan, .scan)
        if snapshot.commandLine != nil { sources.command = .scan }
        if snapshot.cgroup != nil { sources.cgroup = .scan }
        let bootTime = SystemClock.realtimeNanoseconds &- SystemClock.monotonicNanoseconds
        return ProcessOrigin(
            commandLine: snapshot.commandLine,
            executable: executable.flatMap { file in snapshot.candidates.first { $0.file == file }?.path },
            cgroup: snapshot.cgroup, parents: parents(of: snapshot, &caches),
            startedNanoseconds: snapshot.start &+ bootTime, session: snapshot.session, sources: sources,
            commandUID: snapshot.uid)
    }

    /// Returns whether a snapshot is of the process of a record, and not of a later use of its id.
    private static func agrees(_ snapshot: ProcessSnapshot, with record: borrowing TaskRecord) -> Bool {
        guard let age = record.processAge else { return true }
        let now = SystemClock.monotonicNanoseconds
        let start = now - min(age &* 1_000, now)
        let tolerance: UInt64 = 100_000_000
        return max(start, snapshot.start) - min(start, snapshot.start) <= tolerance
    }

    private static func parents(
        of snapshot: ProcessSnapshot, _ caches: inout ProcessReadingCaches
    ) -> [ProcessOrigin.Parent] {
        var parents: [ProcessOrigin.Parent] = []
        var pid = snapshot.parent
        var start = snapshot.start
        while pid != 0, parents.count < ProcessOrigin.parentLimit {
            // A later start is that of another process with the id of the parent.
            guard let parent = ProcessDirectory(pid: pid)?.read(commandLine: false, cgroup: false, &caches),
                parent.start <= start
            else { break }
            parents.append(.init(pid: pid, commandBytes: parent.command.bytes, uid: parent.uid))
            (pid, start) = (parent.parent, parent.start)
        }
        return parents
    }
}

extension TaskRecord {
    /// The age of the process, in microseconds; on kernels that do not report it, that of the task.
    var processAge: UInt64? {
        if let age = self[.acTgetime] { return age }
        return self[.acEtime]
    }
}

extension ExecutableFile {
    /// Returns the executable of a record's process; nil if the kernel does not report it.
    init?(of record: borrowing TaskRecord) {
        guard let device = record[.acExeDev], let inode = record[.acExeInode] else { return nil }
        self.init(device: DeviceNumber(encoded: device), inode: inode)
    }
}
