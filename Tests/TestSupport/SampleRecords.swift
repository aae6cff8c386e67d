import TaskstatsModel

/// Records as filled by a version 16 kernel.
package enum SampleRecords {
    /// Returns a task with some of every activity.
    package static func task(pid: UInt64 = 812, command: String = "git", exitcode: UInt64 = 0) -> TaskRecord {
        var record = TaskRecord(kind: .task)
        for field in Field.allCases where field.firstVersion <= 16 && field != .acComm { record.set(field, to: 0) }
        record.set(command: Array(Array(command.utf8)))
        let values: [(Field, UInt64)] = [
            (.version, 16), (.acPid, pid), (.acTgid, pid), (.acPpid, 1), (.acExitcode, exitcode), (.acFlag, 0x20),
            (.acNice, 5), (.acBtime, 1_795_400_000), (.acBtime64, 1_795_400_000), (.acEtime, 8_123_456),
            (.acTgetime, 8_123_456), (.acUtime, 12_500), (.acStime, 3_100), (.cpuRunVirtualTotal, 15_734_000),
            (.cpuCount, 1_204), (.cpuDelayTotal, 35_120_000), (.cpuDelayMax, 1_204_000), (.blkioCount, 3),
            (.blkioDelayTotal, 4_500_000), (.blkioDelayMax, 2_000_000), (.nvcsw, 201), (.nivcsw, 5),
            (.hiwaterRss, 5_324), (.hiwaterVm, 12_288), (.acMinflt, 301), (.acMajflt, 2), (.readChar, 12_288),
            (.readSyscalls, 1_024), (.writeChar, 2_048), (.writeBytes, 4_096),
        ]
        for (field, value) in values { record.set(field, to: value) }
        return record
    }

    /// Returns the sums of a process, with only the fields of such a record.
    package static func process() -> TaskRecord {
        let task = task()
        var record = TaskRecord(kind: .process)
        for field in task.present where field.isFilledInProcessRecords { record.set(field, to: task[field] ?? 0) }
        return record
    }

    /// Returns the exit of a task on CPU 1.
    package static func exit(
        pid: UInt32 = 812, command: String = "git", exitcode: UInt64 = 0, sequence: UInt64 = 1
    ) -> ExitRecord {
        ExitRecord(
            cpu: 1, sequence: sequence, time: 1_795_400_000_123_456_789, pid: pid,
            task: task(pid: UInt64(pid), command: command, exitcode: exitcode))
    }
}
