import TaskstatsModel
import Testing

@testable import TaskstatsProtocol

@Suite struct GoldenOriginTests {
    private static let digits = String(repeating: "3f", count: 32)

    private func sources(_ command: ProcessOrigin.Source, others: ProcessOrigin.Source) -> ProcessOrigin.Sources {
        var sources = ProcessOrigin.Sources()
        (sources.command, sources.cgroup, sources.session) = (command, command, command)
        (sources.parents, sources.started) = (others, others)
        return sources
    }

    private func git(executable: String?) -> ProcessOrigin {
        ProcessOrigin(
            commandLine: ProcessCommandLine(["git", "status", "--short"]), executable: executable,
            cgroup: ControlGroup(path: "/user.slice/user-1000.slice/user@1000.service/app.slice/build.service"),
            parents: [.init(pid: 811, command: "make"), .init(pid: 640, command: "bash")],
            startedNanoseconds: 1_795_850_000_119_000_000, session: 640, sources: sources(.exec, others: .fork))
    }

    @Test func `a query, a start and an exit have the origin of the process`() throws {
        let nginx = ProcessOrigin(
            commandLine: ProcessCommandLine(["/usr/sbin/nginx", "-g", "daemon off;"]), executable: "/usr/sbin/nginx",
            cgroup: ControlGroup(path: "/system.slice/docker-\(Self.digits).scope"),
            parents: [.init(pid: 790, command: "containerd-shim"), .init(pid: 1, command: "systemd")],
            startedNanoseconds: 1_795_840_000_000_000_000, session: 812, sources: sources(.scan, others: .scan))
        let task = TaskRecord(.task, [:], command: "nginx")
        var subscription = Subscription(fields: [.acComm], filter: RecordFilter(uids: [0]), origin: true, starts: true)
        subscription.cpus = .all
        let start = ProcessStart(
            cpu: 1, sequence: 1, time: 1_795_850_000_120_000_000, pid: 812, ppid: 811, uid: 0, gid: 0,
            commandBytes: Array("git".utf8), origin: git(executable: nil))
        var exit = ExitRecord(
            cpu: 1, sequence: 1, time: ExitRecord.goldenTime, pid: 812, tgid: 812, isLast: true, exit: .code(0),
            task: TaskRecord(.task, [:], command: "git"), process: nil)
        exit.origin = git(executable: "/usr/bin/git")
        try GoldenConversation.expect(
            "origin",
            [
                .client(Request(id: .integer(1), call: .get(.pid(1), fields: [.acComm], origin: true))),
                .daemon(
                    ServerLine.stats(.integer(1), of: .pid(1), task, fields: [.acComm], origin: nginx),
                    .reply(id: 1, .stats(task, origin: nginx))),
                .client(Request(id: .integer(2), call: .subscribe(subscription, cpuList: "all"))),
                .subscribed(2, cpus: [0, 1, 2, 3], subscription, nextIndex: 9_001, next: [0: 4_711]),
                .daemon(ServerLine.start(start), .start(start)),
                .exit(exit, index: 9_001, fields: [.acComm]),
            ])
    }
}

@Suite struct OriginEncodingTests {
    @Test func `text that is not UTF-8 and control characters are escaped, and the line stays within its limit`() throws
    {
        let bytes: [UInt8] = [0x01, 0x1b, 0xff, 0x22, 0x5c, 0x7f]
        let limit = ProcessCommandLine.byteLimit
        let arguments = [bytes, Array(repeating: 0x01, count: limit - 10)]
        let cgroup = ControlGroup(pathBytes: [UInt8(ascii: "/")] + Array(repeating: 0x0a, count: 1_000))
        let origin = ProcessOrigin(
            commandLine: ProcessCommandLine(argumentBytes: arguments, isTruncated: true),
            executable: String(repeating: "/\u{1}", count: 500), cgroup: cgroup,
            parents: (1...8).map { .init(pid: UInt32($0), command: String(repeating: "\u{1}", count: 15)) },
            startedNanoseconds: UInt64(Int64.max), session: .max, sources: .init())
        let every = FieldSet.all
        var record = ExitRecord(
            cpu: 1, sequence: 1, time: 1, pid: 1, task: TaskRecord(.task, [:], command: "x"),
            process: TaskRecord(.process, [:]))
        record.origin = origin
        var line = ByteBuffer(capacity: 1_024)
        RecordEncoder.appendExitLine(record, fields: every, redacted: [], origin: EncodedOrigin(origin), to: &line)
        let text = line.array
        #expect(text.count + 2 * RecordEncoder.statsLimit < ProtocolLimits.lineBytes)
        #expect(text.dropLast().allSatisfy { (0x20..<0x7f).contains($0) })
        guard case .exit(let read) = try EventReader.read(Array(text.dropLast())) else {
            throw EventReader.Malformed(problem: "not an exit")
        }
        #expect(read.origin?.commandLine?.isTruncated == true)
        #expect(read.origin?.commandLine?.arguments.first == "\u{1}\u{1b}\u{fffd}\"\\\u{7f}")
    }
}
