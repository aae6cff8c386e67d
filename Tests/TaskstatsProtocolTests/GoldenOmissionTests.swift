import TaskstatsModel
import TestSupport
import Testing

@testable import TaskstatsProtocol

@Suite struct GoldenOmissionTests {
    private let fields: FieldSet = [.blkioCount, .blkioDelayTotal, .acComm, .acEtime]

    /// Returns a record with these waits set aside.
    private func implausible(
        _ kind: TaskRecord.Kind, age: UInt64, command: String? = nil, count: UInt64, total: UInt64
    ) -> TaskRecord {
        var record = TaskRecord(
            kind, [.acEtime: age, .blkioCount: count, .blkioDelayTotal: total], command: command)
        record.setAside(WaitKind.blkio.fields)
        return record
    }

    private func uncounted(age: UInt64, command: String) -> TaskRecord {
        var record = TaskRecord(.task, [.acEtime: age], command: command)
        record.hasUncountedDelays = true
        return record
    }

    private func get(_ id: Int64, pid: UInt32, _ record: TaskRecord) -> [GoldenExchange] {
        [
            .client(Request(id: .integer(id), call: .get(.pid(pid), fields: fields))),
            .daemon(
                ServerLine.stats(.integer(id), of: .pid(pid), record, fields: fields), .reply(id: id, .stats(record))),
        ]
    }

    @Test func `implausible and uncounted waits are omitted and named`() throws {
        var parameters = Subscription()
        parameters.fields = fields
        let process = ExitRecord(
            cpu: 0, sequence: 1, time: ExitRecord.goldenTime, pid: 4102, tgid: 4102, isLast: true, exit: .code(0),
            task: implausible(.task, age: 51_230, command: "python3", count: 2, total: 5_175_200_000_000),
            process: implausible(.process, age: 72_101, count: 3, total: 5_175_200_004_096))
        let late = ExitRecord(
            cpu: 0, sequence: 2, time: ExitRecord.goldenTime + 1_000_000, pid: 4103, tgid: 4103, isLast: true,
            exit: .code(0), task: uncounted(age: 90_000_000, command: "sh"), process: nil)
        let dd = implausible(.task, age: 51_230, command: "dd", count: 1, total: 5_175_123_456_789)
        try GoldenConversation.expect(
            "omissions",
            get(1, pid: 812, dd) + get(2, pid: 1, uncounted(age: 5_175_000_000, command: "systemd")) + [
                .client(Request(id: .integer(3), call: .subscribe(parameters, cpuList: "0"))),
                .subscribed(3, cpus: [0], parameters), .exit(process, fields: fields),
                .exit(late, index: 2, fields: fields),
            ])
    }

    @Test func `the keys are read at any position in the object`() throws {
        let line =
            #"{"jsonrpc":"2.0","method":"exit","params":{"uncounted":["stats","x"],"implausible":{"x":[1],"#
            + #""tgid_stats":{"cpu_delay_max":7}},"cpu":0,"seq":1,"time":1,"pid":7,"stats":{"nvcsw":1},"#
            + #""tgid_stats":{"nvcsw":2}}}"#
        let event = try EventReader.read(line)
        guard case .exit(let exit) = event else { throw UnexpectedValue(event) }
        #expect(exit.task.hasUncountedDelays)
        #expect(exit.task.implausible.isEmpty)
        #expect(exit.process?.implausibleWaits == [.cpu])
        #expect(exit.process?.implausibleValue(of: .cpuDelayMax) == 7)
        #expect(exit.process?[.cpuDelayMax] == nil)
        #expect(exit.process?.hasUncountedDelays == false)
    }
}
