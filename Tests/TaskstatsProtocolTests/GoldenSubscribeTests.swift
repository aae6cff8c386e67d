import TaskstatsModel
import Testing

@testable import TaskstatsProtocol

@Suite struct GoldenSubscribeTests {
    @Test func `an own subscription receives processes, threads, signals and redactions`() throws {
        let fields: FieldSet = [.acExitcode, .acFlag, .acComm, .acUid, .acEtime, .acUtime, .readBytes, .nvcsw]
        var parameters = Subscription()
        parameters.fields = fields
        let time = ExitRecord.goldenTime
        let single = ExitRecord(
            cpu: 1, sequence: 1, time: time, pid: 4101, tgid: 4101, isLast: true, exit: .code(3),
            task: TaskRecord(
                .task,
                [
                    .acExitcode: 768, .acFlag: 32, .acUid: 1000, .acEtime: 1703, .acUtime: 0, .readBytes: 4096,
                    .nvcsw: 5,
                ],
                command: "sh"),
            process: nil)
        var thread = ExitRecord(
            cpu: 2, sequence: 1, time: time + 1_000_000, pid: 4103, tgid: 4102, isLast: false, exit: .code(0),
            task: TaskRecord(
                .task, [.acExitcode: 0, .acFlag: 0, .acUid: 1000, .acEtime: 20871, .acUtime: 150, .nvcsw: 2],
                command: "worker"),
            process: nil)
        let threadSeen = thread
        thread.task.set(.readBytes, to: 123)
        let whole = ExitRecord(
            cpu: 2, sequence: 2, time: time + 2_000_000, pid: 4102, tgid: 4102, isLast: true, exit: .code(0),
            task: TaskRecord(
                .task,
                [
                    .acExitcode: 0, .acFlag: 32, .acUid: 1000, .acEtime: 51230, .acUtime: 8000, .readBytes: 8192,
                    .nvcsw: 9,
                ],
                command: "python3"),
            process: TaskRecord(.process, [.acEtime: 72101, .acUtime: 8150, .nvcsw: 11]))
        let crash = ExitRecord(
            cpu: 1, sequence: 2, time: time + 3_000_000, pid: 4104, tgid: 4104, isLast: true,
            exit: .signal(11, coreDumped: true),
            task: TaskRecord(
                .task,
                [.acExitcode: 139, .acFlag: 56, .acUid: 1000, .acEtime: 900, .acUtime: 0, .readBytes: 0, .nvcsw: 1],
                command: "crash"),
            process: nil)
        var privileged = ExitRecord(
            cpu: 1, sequence: 3, time: time + 4_000_000, pid: 4105, tgid: 4105, isLast: true,
            exit: .signal(34, coreDumped: false),
            task: TaskRecord(
                .task, [.acExitcode: 34, .acFlag: 50, .acUid: 1000, .acEtime: 1_000_000, .acUtime: 400, .nvcsw: 3],
                command: "sudo"),
            process: nil)
        let privilegedSeen = privileged
        privileged.task.set(.readBytes, to: 1024)

        try GoldenConversation.expect(
            "subscribe-and-exits",
            [
                .client(Request(id: .integer(1), call: .subscribe(parameters, cpuList: "1-2"))),
                .subscribed(1, cpus: [1, 2], parameters),
                .exit(single, index: 1, fields: fields, redacted: [.io], reads: withoutIO(single)),
                .exit(thread, index: 2, fields: fields, redacted: [.io], reads: threadSeen),
                .exit(whole, index: 3, fields: fields, redacted: [.io], reads: withoutIO(whole)),
                .exit(crash, index: 4, fields: fields, redacted: [.io], reads: withoutIO(crash)),
                .exit(privileged, index: 5, fields: fields, redacted: [.io], reads: privilegedSeen),
            ])
    }

    /// Returns the record as its owner receives it.
    private func withoutIO(_ record: ExitRecord) -> ExitRecord {
        var seen = record
        seen.task = TaskRecord(kind: .task)
        for field in record.task.present where field != .readBytes && field != .acComm {
            if let value = record.task[field] { seen.task.set(field, to: value) }
        }
        if let command = record.task.commandBytes { seen.task.set(command: command) }
        return seen
    }

    @Test func `a subscription with all parameters is replaced by another`() throws {
        var first = Subscription()
        first.scope = .process
        first.overflow = .disconnect
        first.fields = FieldSet(group: .io).union([.acPid])
        first.filter.uids = [0, 1000]
        first.filter.ppids = [1]
        first.filter.commands = GlobPattern("git*").map { [$0] }
        first.filter.exit = .failed
        first.filter.minElapsedMicroseconds = 1_000_000
        let worded =
            #"{"jsonrpc":"2.0","id":1,"method":"subscribe","params":{"cpus":"0-3:1/2","scope":"process","#
            + #""fields":["ac_pid","io"],"filter":{"uid":[0,1000],"ppid":[1],"comm":"git*","exit":"failed","#
            + #""min_elapsed_us":1000000},"overflow":"disconnect"}}"#
        var second = Subscription()
        second.fields = [.acComm]
        second.filter.commands = ["git*", "make"].compactMap(GlobPattern.init)
        try GoldenConversation.expect(
            "subscribe-filter",
            [
                .client(Request(id: .integer(1), call: .subscribe(first, cpuList: "0-3:1/2")), worded: worded),
                .subscribed(1, cpus: [0, 2], first),
                .client(Request(id: .integer(2), call: .subscribe(second))),
                .subscribed(2, cpus: [0, 1, 2, 3], second, nextIndex: 5_523, next: [0: 812, 2: 4_711]),
            ])
    }

    @Test func `an old kernel does not report the process of a task`() throws {
        let fields: FieldSet = [.version, .acComm, .acTgid]
        var parameters = Subscription()
        parameters.fields = fields
        let task = TaskRecord(.task, [.version: 8], command: "false")
        let record = ExitRecord(
            cpu: 0, sequence: 1, time: ExitRecord.goldenTime, pid: 4101, tgid: nil, isLast: nil, exit: .code(1),
            task: task, process: nil)
        try GoldenConversation.expect(
            "exit-old-kernel",
            [
                .client(Request(id: .integer(1), call: .subscribe(parameters, cpuList: "0"))),
                .subscribed(1, cpus: [0], parameters),
                .exit(record, fields: fields),
            ])
    }

    @Test func `losses are at the position of the gap, and the sequence numbers agree`() throws {
        let kernel = LostRecords(.kernel(cpu: 0), count: 144, index: 145)
        let queue = LostRecords(.queue, count: 37, index: 183)
        try GoldenConversation.expect(
            "lost",
            GoldenExchange.subscribesToNames("0-1", cpus: [0, 1]) + [
                .exit(.golden(cpu: 0, 1, after: 0, pid: 5001, "true"), fields: [.acComm]),
                .daemon(ServerLine.lost(kernel), .lost(kernel)),
                .exit(.golden(cpu: 0, 146, after: 1, pid: 5200, "true"), index: 146, fields: [.acComm]),
                .daemon(ServerLine.lost(queue), .lost(queue)),
                .exit(.golden(cpu: 1, 38, after: 2, pid: 5300, "false", code: 1), index: 184, fields: [.acComm]),
            ])
    }

    @Test func `what the daemon kept comes first, then a note, then the present`() throws {
        let instance = "3f9c1d2e8a7b4650c1d2e3f405162738"
        let earlier = "9b1d4c7703e25a68f0b7c1d29e84a356"
        var requested = Subscription(fields: [.acComm], since: .after(instance: earlier, index: 815))
        requested.cpus = [0]
        let request = Request(id: .integer(1), call: .subscribe(requested, cpuList: "0"))
        var effective = requested
        effective.since = .after(instance: instance, index: 4_710)
        let lost = LostRecords(.history, count: nil, index: 4_710)
        let line = try GoldenConversation("history").lines[0].text
        #expect(request.line.line == line)
        try GoldenConversation.expect(
            "history",
            [
                .client(try RequestDecoder.decode(line)),
                .daemon(
                    ServerLine.subscribed(.integer(1), effective, nextIndex: 4_713) { _ in 3 },
                    .reply(id: 1, .subscription(cpus: [0], fields: [.acComm], position: 4_710))),
                .daemon(ServerLine.lost(lost), .lost(lost)),
                .exit(.golden(cpu: 0, 1, after: 0, pid: 5001, "true"), index: 4_711, fields: [.acComm]),
                .exit(.golden(cpu: 0, 2, after: 1, pid: 5200, "true"), index: 4_712, fields: [.acComm]),
                .daemon(ServerLine.live(index: 4_712), .live(index: 4_712)),
                .exit(.golden(cpu: 0, 3, after: 2, pid: 5300, "false", code: 1), index: 4_713, fields: [.acComm]),
            ])
    }

    @Test func `unsubscribe is answered after the exits that preceded it`() throws {
        try GoldenConversation.expect(
            "unsubscribe",
            GoldenExchange.subscribesToNames("0", cpus: [0]) + [
                .exit(.golden(cpu: 0, 1, after: 0, pid: 5001, "true"), fields: [.acComm]),
                .client(Request(id: .integer(2), call: .unsubscribe)),
                .exit(.golden(cpu: 0, 2, after: 1, pid: 5002, "sleep"), index: 2, fields: [.acComm]),
                .daemon(ServerLine.unsubscribed(.integer(2)), .reply(id: 2, .other)),
            ])
    }
}
