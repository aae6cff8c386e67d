import TaskstatsModel

/// An ended task with the properties on which the broker's decisions depend.
///
/// It is the source of both the broker's record and the tests' independent expectation of its recipients.
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
    /// How long its process lived.
    var processAgeMicroseconds: UInt64 = 1_000_000
    /// When it ended, in milliseconds after the first tasks of a test.
    var milliseconds: UInt64 = 0
    var command = "true"
    var hasProcess = false
    /// How often earlier threads of the process were scheduled on a CPU.
    var otherThreadsCPUCount: UInt64 = 0
    /// The process id; nil if it equals the task's id.
    var tgid: UInt32?
    var version: UInt16 = 17

    /// The bytes read from storage; a field of the group io.
    var readBytes: UInt64 { UInt64(pid) * 1_024 }

    /// How often it was scheduled on a CPU.
    static let cpuCount: UInt64 = 3

    /// Returns the kernel's record of it.
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
        task.set(.cpuCount, to: Self.cpuCount)
        let firstVersionWithTgid = 12
        if version >= firstVersionWithTgid {
            task.set(.acTgid, to: UInt64(tgid ?? pid))
            task.set(.acTgetime, to: processAgeMicroseconds)
        }
        var process: TaskRecord?
        if hasProcess {
            var sums = TaskRecord(kind: .process)
            sums.set(.version, to: UInt64(version))
            sums.set(.cpuCount, to: Self.cpuCount + otherThreadsCPUCount)
            process = sums
        }
        return ExitRecord(
            cpu: cpu, sequence: sequence, time: 1_795_400_000_000_000_000 + milliseconds * 1_000_000 + sequence,
            pid: pid, task: task, process: process)
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
    /// Creates tasks that differ only in their numbers.
    init(_ pids: ClosedRange<UInt32>, cpu: Int = 0) { self = pids.map { EndedTask(cpu: cpu, pid: $0) } }
}
