import Glibc
import LinuxSystem
import Taskstats
import TestSupport
import Testing

/// Clients that exercise every function of the daemon's loop.
enum LoopWorkload {
    /// Runs it once; requests may be slow.
    static func run(_ daemon: RunningDaemon) throws {
        let root = try daemon.connect()
        #expect(try root.stats(ofTask: 1)[.acPid] == 1)
        #expect(try root.stats(ofProcess: 1)[.cpuCount] ?? 0 > 0)
        let subscriber = try Subscriber(daemon)
        // Tracks processes until the end.
        let tracking = try daemon.connect()
        try tracking.subscribe(Subscription(origin: true, starts: true))
        let own = try Sleeper(Host.asNobody)
        let theirs = try Host.run(daemon.tsctlAsNobody(["get", "--pid", "\(own.pid)"]))
        #expect(theirs.status == 0, "\(theirs.errors)")
        let ended = try (0..<Host.onlineCPUs).flatMap { cpu in
            try ExitLoad(finishing: ExitLoad.start(cpu: cpu, processes: 5, threads: 5)).ids
        }
        #expect(try root.status().daemon != nil)
        #expect(throws: TaskstatsError.self) { try root.stats(ofCgroup: "/") }
        if let cgroup = Host.mount(ofType: "cgroup") { _ = try root.stats(ofCgroup: cgroup) }
        let exits = try subscriber.leave().exits
        #expect(Set(exits.map(\.pid)).isSuperset(of: ended))
        try tracking.unsubscribe()
        try sendPastTheEnd(daemon)
    }

    /// Disconnects with a request that was not read completely.
    private static func sendPastTheEnd(_ daemon: RunningDaemon) throws {
        let client = try RawConnection(daemon)
        try client.send(Array("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"status\"}\n{\"jsonrpc\"".utf8))
        _ = try client.answer()
    }
}
