import TaskstatsModel
import TestSupport

/// Origins of processes for tests.
enum SampleOrigin {
    static let container = String(repeating: "4f3c12ab90de5678", count: 4)

    /// Returns the origin of a process of nginx.
    static func process(
        _ arguments: [String]? = ["/usr/sbin/nginx", "-g", "daemon off;"],
        cgroup: String? = "/system.slice/nginx.service", parents: [UInt32] = [1], startedNanoseconds: UInt64? = nil
    ) -> ProcessOrigin {
        ProcessOrigin(
            commandLine: arguments.map { ProcessCommandLine($0) }, cgroup: cgroup.map { ControlGroup(path: $0) },
            parents: parents.map { .init(pid: $0, command: "p\($0)") }, startedNanoseconds: startedNanoseconds,
            sources: .init())
    }

    /// The control group of a container of Docker.
    static let inContainer = "/system.slice/docker-\(container).scope"

    /// Returns the exit of a task with an origin.
    static func exit(pid: UInt32 = 812, command: String = "git", _ origin: ProcessOrigin? = process()) -> ExitRecord {
        var record = SampleRecords.exit(pid: pid, command: command)
        record.origin = origin
        return record
    }

    /// Returns the start of a program.
    static func start(pid: UInt32 = 813, _ origin: ProcessOrigin = process()) -> ProcessStart {
        ProcessStart(
            cpu: 1, sequence: 7, time: 1_795_400_000_123_456_789, pid: pid, ppid: 812, uid: 0,
            commandBytes: Array("nginx".utf8), origin: origin)
    }
}
