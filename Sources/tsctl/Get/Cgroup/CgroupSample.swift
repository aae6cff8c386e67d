import Taskstats

/// The sums over the processes of a cgroup and all cgroups below it: since their start, or in an interval.
struct CgroupSample {
    /// The processes that are not included in the sums, by reason.
    struct Missing: Equatable {
        /// Processes that this user may not see.
        var withheld = 0
        /// Processes that ended while the sample was taken.
        var ended = 0
        /// Processes outside of this process's pid namespace.
        var outside = 0
        /// Processes that could not be queried for another reason.
        var failed = 0
        /// Processes that were in the cgroup at the start of the interval but not at its end.
        var left = 0
        /// Processes that came from another cgroup in the interval.
        var joined = 0

        /// The number of processes.
        var count: Int { withheld + ended + outside + failed + left + joined }
    }

    /// The pressure on the cgroup.
    struct Pressure: Equatable {
        /// What the kernel reports.
        let report: PressureReport
        /// The stalls of some and of all tasks in the interval, in microseconds.
        var (some, full): (UInt64?, UInt64?) = (nil, nil)

        init(_ report: PressureReport) { self.report = report }
    }

    /// The time of the sample, in nanoseconds since 1970.
    var time: UInt64 = 0
    /// The start and end of the sample, in microseconds of the monotonic clock.
    var (begin, end): (UInt64, UInt64) = (0, 0)
    /// The length of the interval, in microseconds; nil for sums since the start of each process.
    var intervalMicroseconds: UInt64?
    /// The number of cgroups, including those below.
    var cgroups = 0
    /// The number of cgroups whose processes cannot be read.
    var unreadableCgroups = 0
    /// The sums.
    var usage = Usage()
    /// The number of processes whose I/O and faults may be without those of ended threads.
    var lackingThreads = 0
    var missing = Missing()
    /// The reason why a process could not be queried, if that is not obvious.
    var problem: String?
    /// The pressure by resource, as far as it can be read.
    var pressure: [SystemFigures.Resource: Pressure] = [:]

    /// Whether every process is included in the sums.
    var isComplete: Bool { missing.count == 0 && unreadableCgroups == 0 }

    /// The resources for which cgroups have pressure.
    static let resources: [SystemFigures.Resource] = [.cpu, .io, .memory]

    /// The fields that are added up.
    static let fields = Usage.added.union(Usage.largest).union(TaskRecord.cpuTimeFields).union([.acEtime])

    /// Reads the pressure of a cgroup, and computes its increase since an earlier sample.
    mutating func readPressure(of cgroup: Cgroup, since earlier: CgroupSample?) {
        for resource in Self.resources {
            let path = "\(cgroup.directory)/\(resource.rawValue).pressure"
            guard let report = PressureReport.read(path) else { continue }
            var pressure = Pressure(report)
            if let before = earlier?.pressure[resource]?.report {
                let change = SystemFigures.Pressure(report).since(SystemFigures.Pressure(before))
                (pressure.some, pressure.full) = (change.some, change.full)
            }
            self.pressure[resource] = pressure
        }
    }
}

extension CgroupSample.Missing {
    /// The numbers above 0, with a description of the processes.
    var reasons: [(count: Int, text: String)] {
        [
            (withheld, "which you may not see"), (ended, "which ended meanwhile"),
            (outside, "in other pid namespaces"), (failed, "which could not be queried"),
            (left, "which ended or left in the interval"), (joined, "which came from another cgroup in the interval"),
        ].filter { $0.0 > 0 }.map { (count: $0.0, text: $0.1) }
    }
}
