import TaskstatsModel
import TestSupport
import Testing

@testable import TaskstatsProtocol

@Suite struct RecordEncoderTests {
    private func stats(_ record: TaskRecord, fields: FieldSet = .all) -> String {
        var bytes = ByteBuffer(capacity: 64)
        RecordEncoder.appendStats(record, fields: fields, to: &bytes)
        return bytes.text
    }

    private func exitLine(_ record: ExitRecord, fields: FieldSet = .all, redacted: [FieldGroup] = []) -> String {
        var bytes = ByteBuffer(capacity: 64)
        RecordEncoder.appendExitLine(record, fields: fields, redacted: redacted, to: &bytes)
        return bytes.text
    }

    @Test func `a record without fields is an empty object`() {
        #expect(stats(TaskRecord(kind: .task)) == "{}")
        #expect(stats(TaskRecord(.task, [.nvcsw: 1]), fields: [.nivcsw]) == "{}")
    }

    @Test func `fields are in the order of the struct, whatever the order in which they were set`() {
        let record = TaskRecord(.task, [.nivcsw: 2, .version: 16, .acUid: 1000], command: "sh")
        #expect(stats(record) == #"{"version":16,"ac_comm":"sh","ac_uid":1000,"nivcsw":2}"#)
        #expect(stats(record, fields: [.nivcsw, .acUid, .nvcsw]) == #"{"ac_uid":1000,"nivcsw":2}"#)
    }

    @Test func `counters keep all of their 64 bits`() {
        #expect(stats(TaskRecord(.task, [.nvcsw: .max])) == #"{"nvcsw":18446744073709551615}"#)
        #expect(stats(TaskRecord(.task, [.acUid: 0xffff_ffff])) == #"{"ac_uid":4294967295}"#)
    }

    @Test(arguments: [(-20, "-20"), (-128, "-128"), (-1, "-1"), (0, "0"), (19, "19"), (127, "127")])
    func `the nice value is signed`(nice: Int64, text: String) {
        #expect(stats(TaskRecord(.task, [.acNice: UInt64(bitPattern: nice)])) == #"{"ac_nice":\#(text)}"#)
    }

    @Test func `identifiers are strings`() {
        let device = DeviceNumber(major: 254, minor: 70_000).encoded
        #expect(
            stats(TaskRecord(.task, [.acExeDev: device, .acExeInode: 123_456]))
                == #"{"ac_exe_dev":"254:70000","ac_exe_inode":"123456"}"#)
    }

    @Test func `a timestamp is one integer of nanoseconds`() {
        #expect(
            stats(TaskRecord(.task, [.cpuDelayMaxTs: 1_795_400_000_000_000_007]))
                == #"{"cpu_delay_max_ts":1795400000000000007}"#)
    }

    @Test func `every byte of a command name is encoded in printable ASCII without loss`() throws {
        for byte in UInt8.min...UInt8.max {
            for name in [[byte], [0x61, byte, 0x62], [UInt8](repeating: byte, count: 32)] {
                var record = TaskRecord(kind: .task)
                record.set(command: name)
                let text = stats(record)
                #expect(text == ReferenceEncoder.stats(record, fields: .all))
                #expect(text.utf8.allSatisfy { (0x20..<0x7f).contains($0) })
            }
        }
    }

    @Test func `a command name that is not UTF-8 has its bytes in addition`() {
        var record = TaskRecord(kind: .task)
        record.set(command: [0x61, 0xff, 0x00, 0x62])
        #expect(stats(record) == #"{"ac_comm":"a\ufffd","ac_comm_hex":"61ff"}"#)
        record.set(command: Array("é\u{fffd}".utf8))
        #expect(stats(record) == #"{"ac_comm":"\u00e9\ufffd"}"#)
    }

    @Test(arguments: SeededGenerator.seeds)
    func `random records are encoded according to the field table`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<500 {
            let record = TaskRecord.random(generator.chance(50) ? .task : .process, using: &generator)
            let fields = FieldSet.random(using: &generator)
            #expect(stats(record, fields: fields) == ReferenceEncoder.stats(record, fields: fields))
        }
    }

    @Test(arguments: SeededGenerator.seeds)
    func `random exits are encoded according to the protocol, one after the other in one buffer`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var bytes = ByteBuffer(capacity: 64)
        var expected = ""
        for _ in 0..<300 {
            let record = ExitRecord.random(using: &generator)
            let fields = FieldSet.random(using: &generator)
            let redacted = FieldGroup.allCases.filter { _ in generator.chance(20) }
            let before = bytes.count
            RecordEncoder.appendExitLine(record, fields: fields, redacted: redacted, to: &bytes)
            #expect(bytes.count - before <= RecordEncoder.exitLineLimit)
            expected += ReferenceEncoder.exitLine(record, fields: fields, redacted: redacted)
        }
        let text = bytes.text
        #expect(text == expected)
    }

    @Test func `the longest possible line is within its limit, and the limit within that of the protocol`() {
        var task = TaskRecord(kind: .task)
        for field in Field.allCases { task.set(field, to: field == .acNice ? UInt64(bitPattern: -128) : .max) }
        task.set(command: [UInt8](repeating: 0xff, count: 32))
        for wait in WaitKind.allCases { task.setAside(wait.fields) }
        task.hasUncountedDelays = true
        let record = ExitRecord(
            cpu: .max, sequence: .max, time: .max, pid: .max, tgid: .max, isLast: false,
            exit: .signal(127, coreDumped: false), task: task, process: task)
        // Redacted fields are not encoded: the longest line has no redacted group, the longest list has no fields.
        #expect(exitLine(record).utf8.count <= RecordEncoder.exitLineLimit)
        #expect(exitLine(record, redacted: FieldGroup.allCases).utf8.count <= 512)
        #expect(stats(task).utf8.count <= RecordEncoder.statsLimit)
        #expect(RecordEncoder.exitLineLimit <= ProtocolLimits.lineBytes)
    }

    @Test func `an implausible wait is in neither part, and has the kernel's value next to both`() {
        var task = TaskRecord(.task, [.nvcsw: 1, .blkioCount: 4, .blkioDelayTotal: 9_000_000_000])
        task.setAside(WaitKind.blkio.fields)
        var process = TaskRecord(.process, [.nvcsw: 2, .cpuDelayTotal: 5, .cpuDelayMax: 7])
        process.setAside(WaitKind.cpu.fields)
        let record = ExitRecord(cpu: 0, pid: 7, task: task, process: process)
        let start = #"{"jsonrpc":"2.0","method":"exit","params":{"cpu":0,"seq":0,"time":0,"pid":7,"stats":"#
        #expect(
            exitLine(record)
                == start + #"{"nvcsw":1},"tgid_stats":{"nvcsw":2},"implausible":{"#
                + #""stats":{"blkio_count":4,"blkio_delay_total":9000000000},"#
                + #""tgid_stats":{"cpu_delay_total":5,"cpu_delay_max":7}}}}"# + "\n")
        // Only requested fields are named, and none of withheld sums.
        #expect(
            exitLine(record, fields: [.cpuDelayMax])
                == start + #"{},"tgid_stats":{},"implausible":{"tgid_stats":{"cpu_delay_max":7}}}}"# + "\n")
        #expect(exitLine(record, fields: [.nvcsw]) == start + #"{"nvcsw":1},"tgid_stats":{"nvcsw":2}}}"# + "\n")
        var bytes = ByteBuffer(capacity: 64)
        RecordEncoder.appendExitLine(record, fields: [.cpuDelayMax], redacted: [], hidesProcess: true, to: &bytes)
        let withheld =
            #"{"jsonrpc":"2.0","method":"exit","params":{"cpu":0,"seq":0,"time":0,"pid":7,"#
            + #""redacted":["tgid_stats"],"stats":{}}}"# + "\n"
        let text = bytes.text
        #expect(text == withheld)
    }

    @Test func `statistics without delay accounting are named if such a field was requested`() {
        var task = TaskRecord(.task, [.nvcsw: 1])
        task.hasUncountedDelays = true
        let record = ExitRecord(cpu: 0, pid: 7, task: task, process: task)
        let start = #"{"jsonrpc":"2.0","method":"exit","params":{"cpu":0,"seq":0,"time":0,"pid":7,"stats":"#
        #expect(
            exitLine(record, fields: [.blkioCount])
                == start + #"{},"tgid_stats":{},"uncounted":["stats","tgid_stats"]}}"# + "\n")
        #expect(exitLine(record, fields: [.cpuDelayTotal]) == start + #"{},"tgid_stats":{}}}"# + "\n")
    }

    @Test func `a withheld field is in neither the task's nor the process's part`() {
        let record = ExitRecord(
            cpu: 0, pid: 7, task: TaskRecord(.task, [.readBytes: 5, .nvcsw: 1]),
            process: TaskRecord(.process, [.readBytes: 6, .nvcsw: 2]))
        #expect(
            exitLine(record, redacted: [.io])
                == #"{"jsonrpc":"2.0","method":"exit","params":{"cpu":0,"seq":0,"time":0,"pid":7,"redacted":["io"],"#
                + #""stats":{"nvcsw":1},"tgid_stats":{"nvcsw":2}}}"# + "\n")
    }
}
