import TaskstatsModel

/// A task that ended, described by what the broker's decisions depend on.
///
/// Both the record that goes into the broker and the tests' own opinion of who should get it come from here.
struct EndedTask {
    var cpu = 0
    var pid: UInt32
    var uid: UInt32 = 1000
    var gid: UInt32 = 1000
    var ppid: UInt32 = 1
    var isLast = true
    var usedPrivilege = false
    var exit = ExitStatus.code(0)
    var elapsedMicroseconds: UInt64 = 5_000
    var command = "true"
    var hasProcess = false
    var version: UInt16 = 17

    /// What it read from storage; a member of the io group.
    var readBytes: UInt64 { UInt64(pid) * 1_024 }

    /// The kernel's record of it.
    func record(sequence: UInt64 = 0) -> ExitRecord {
        var task = TaskRecord(kind: .task)
        task.set(.version, to: UInt64(version))
        task.set(.acFlag, to: flags)
        task.set(.acExitcode, to: waitStatus)
        task.set(command: Array(command.utf8))
        task.set(.acUid, to: UInt64(uid))
        task.set(.acGid, to: UInt64(gid))
        task.set(.acPid, to: UInt64(pid))
        task.set(.acPpid, to: UInt64(ppid))
        task.set(.acEtime, to: elapsedMicroseconds)
        task.set(.readBytes, to: readBytes)
        task.set(.cpuCount, to: 3)
        let firstVersionWithTgid = 12
        if version >= firstVersionWithTgid { task.set(.acTgid, to: UInt64(pid)) }
        var process: TaskRecord?
        if hasProcess {
            var sums = TaskRecord(kind: .process)
            sums.set(.version, to: UInt64(version))
            sums.set(.cpuCount, to: 33)
            process = sums
        }
        return ExitRecord(
            cpu: cpu, sequence: sequence, time: 1_795_400_000_000_000_000 + sequence, pid: pid, task: task,
            process: process)
    }

    /// AGROUP, ASU and ACORE as in <linux/acct.h>.
    private var flags: UInt64 {
        var flags: UInt64 = 0
        if isLast { flags |= 0x20 }
        if usedPrivilege { flags |= 0x02 }
        if case .signal(_, coreDumped: true) = exit { flags |= 0x08 }
        return flags
    }

    private var waitStatus: UInt64 {
        switch exit {
        case .code(let code): UInt64(code) << 8
        case .signal(let signal, let coreDumped): UInt64(signal) | (coreDumped ? 0x80 : 0)
        }
    }
}

extension [EndedTask] {
    /// Tasks that differ in nothing but their numbers.
    init(_ pids: ClosedRange<UInt32>, cpu: Int = 0) { self = pids.map { EndedTask(cpu: cpu, pid: $0) } }
}
