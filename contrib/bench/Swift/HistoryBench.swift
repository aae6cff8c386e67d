import TaskstatsBroker
import TaskstatsModel

/// What keeping records costs: the pure broker without clients, with and without a history that has room for no more.
struct HistoryBench {
    let records: Int

    private static let limitBytes = 32 << 20

    func run() -> String {
        var samples = BusyRecords.exits(256)
        for index in samples.indices { samples[index].origin = origin(of: index) }
        let without = cost(of: &samples, limitBytes: 0)
        let with = cost(of: &samples, limitBytes: Self.limitBytes)
        return """
            {"records":\(records),"kept":\(with.kept),"limit_bytes":\(Self.limitBytes),\
            "ns_per_record_kept":\(with.nanoseconds - without.nanoseconds)}
            """
    }

    private func cost(of samples: inout [ExitRecord], limitBytes: Int) -> (nanoseconds: Double, kept: Int) {
        var broker = Broker(BrokerBench(cpus: 2, clients: 1, mask: .all).settings())
        if limitBytes > 0 { broker.keepHistory(of: [0, 1], limitBytes: limitBytes, withOrigin: true, since: 0) }
        // Every chunk has been in use before.
        for number in 0..<2 * records { broker.exited(&samples[number % samples.count]) }
        let start = Measure.threadCPU()
        for number in 0..<records { broker.exited(&samples[number % samples.count]) }
        return (Double(Measure.threadCPU() - start) / Double(records), broker.historyStatus?.records ?? 0)
    }

    /// Returns the origin of a compiler in a build.
    private func origin(of number: Int) -> ProcessOrigin {
        var sources = ProcessOrigin.Sources()
        (sources.command, sources.cgroup, sources.parents) = (.exec, .exec, .fork)
        (sources.started, sources.session) = (.fork, .fork)
        let commands = ["cc", "sh", "make", "make", "sh", "bash", "sshd", "systemd"]
        return ProcessOrigin(
            commandLine: ProcessCommandLine([
                "/usr/libexec/gcc/x86_64-linux-gnu/14/cc1", "-quiet", "part\(number).c", "-O2", "-o",
                "/tmp/cc\(number).s",
            ]),
            executable: "/usr/libexec/gcc/x86_64-linux-gnu/14/cc1",
            cgroup: ControlGroup(path: "/user.slice/user-1000.slice/session-3.scope"),
            parents: commands.enumerated().map { ProcessOrigin.Parent(pid: UInt32(9_000 - $0), command: $1) },
            startedNanoseconds: 1_795_400_000_000_000_000, session: 8_000, sources: sources)
    }
}
