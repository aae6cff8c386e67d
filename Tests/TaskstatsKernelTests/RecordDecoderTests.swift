import Netlink
import TaskstatsKernel
import TaskstatsModel
import TestSupport
import Testing

@Suite struct RecordDecoderTests {
    @Test func `a task's record is decoded with its number`() throws {
        let records = try decode(MessageFixtures.task.bytes)
        #expect(records.pid == 812)
        #expect(records.task?.kind == .task)
        #expect(records.task?.version == 1)
        #expect(records.task?[.cpuCount] == 1_234)
        #expect(records.task?[.cpuRunVirtualTotal] == 0x0102_0304_0506_0708)
        #expect(records.tgid == nil)
        #expect(records.process == nil)
    }

    @Test func `a process's record with version 0 is decoded with the version of the task's`() throws {
        let records = try decode(MessageFixtures.taskAndProcess.bytes)
        #expect(records.pid == 813)
        #expect(records.task?[.cpuCount] == 5)
        #expect(records.tgid == 812)
        #expect(records.process?.kind == .process)
        #expect(records.process?.version == 1)
        #expect(records.process?[.cpuCount] == 9)
    }

    @Test func `padding before and within a nest is skipped`() throws {
        let records = try decode(MessageFixtures.padded.bytes)
        #expect(records.pid == 812)
        #expect(records.task?[.cpuCount] == 1_234)
    }

    @Test func `attributes of later kernels are skipped at both levels`() throws {
        let unknown = MessageBuilder.attribute(200, [1, 2, 3, 4, 5])
        let statistics = MessageBuilder.taskstats(version: 16, [.cpuCount: 7])
        let nest =
            unknown + MessageBuilder.attribute(1, [44, 3, 0, 0]) + unknown + MessageBuilder.attribute(3, statistics)
        let records = try decode(message(unknown + MessageBuilder.attribute(4, nest + unknown) + unknown))
        #expect(records.pid == 812)
        #expect(records.task?[.cpuCount] == 7)
    }

    @Test(arguments: [0, 0x8000] as [UInt16])
    func `the flag for nested attributes makes no difference`(flag: UInt16) throws {
        let nest =
            MessageBuilder.attribute(1, [44, 3, 0, 0])
            + MessageBuilder.attribute(3, MessageBuilder.taskstats(version: 16, [.cpuCount: 7]))
        #expect(try decode(message(MessageBuilder.attribute(4 | flag, nest))).task?[.cpuCount] == 7)
    }

    @Test(arguments: 1...17 as ClosedRange<UInt16>)
    func `every struct version is decoded with its own layout`(version: UInt16) throws {
        let statistics = MessageBuilder.taskstats(
            version: version, command: "sleep", [.cpuCount: 3, .blkioCount: 4, .acUid: 1_000, .irqDelayMin: 5])
        let task = try #require(try decode(message(MessageBuilder.aggregate(pid: 812, statistics))).task)
        #expect(task.version == version)
        #expect(task[.cpuCount] == 3)
        #expect(task[.blkioCount] == 4)
        #expect(task.command == (version >= 2 ? "sleep" : nil))
        #expect(task[.acUid] == (version >= 2 ? 1_000 : nil))
        #expect(task[.irqDelayMin] == (version >= 15 ? 5 : nil))
    }

    @Test func `a task's record without a version is malformed`() {
        let statistics = [UInt8](repeating: 0, count: 560)
        #expect(throws: NetlinkError.malformed("struct taskstats of version 0")) {
            try decode(message(MessageBuilder.aggregate(pid: 812, statistics)))
        }
    }

    @Test func `a process's record without a version uses the fallback version`() throws {
        var statistics = MessageBuilder.taskstats(version: 16, [.cpuCount: 9])
        statistics.replaceSubrange(0..<2, with: [0, 0])
        let bytes = message(MessageBuilder.aggregate(tgid: 812, statistics))
        #expect(throws: NetlinkError.malformed("struct taskstats of version 0")) { try decode(bytes) }
        #expect(try decode(bytes, by: RecordDecoder(fallbackVersion: 16)).process?[.cpuCount] == 9)
    }

    @Test func `statistics before their id are malformed`() {
        let nest = MessageBuilder.attribute(3, MessageBuilder.taskstats(version: 16))
        #expect(throws: NetlinkError.malformed("statistics before their id")) {
            try decode(message(MessageBuilder.attribute(4, nest)))
        }
        #expect(throws: NetlinkError.malformed("statistics before their id")) {
            try decode(message(MessageBuilder.attribute(4, MessageBuilder.attribute(1, [1, 2, 3]) + nest)))
        }
    }

    @Test func `a message of another command is malformed`() {
        let payload = MessageBuilder.generic(command: 5, [])
        #expect(throws: NetlinkError.malformed("command 5")) {
            try decode(MessageBuilder.message(type: 31, sequence: 7, payload))
        }
    }

    @Test func `a message cut anywhere is an error, and nothing after the cut is read`() {
        let bytes = MessageFixtures.taskAndProcess.bytes
        for length in 1..<bytes.count {
            #expect(throws: NetlinkError.self, "cut to \(length)") { try decode(bytes.prefix(length)) }
        }
    }

    @Test func `a payload cut anywhere but between its nests is an error`() throws {
        let payload = MessageFixtures.taskAndProcess.bytes.dropFirst(16)
        let behindTask = 4 + 4 + 8 + 4 + 72
        for length in 0..<payload.count {
            let cut = payload.prefix(length)
            switch length {
            case 4: #expect(try read(cut).task == nil)
            case behindTask:
                #expect(try read(cut).task?[.cpuCount] == 5)
                #expect(try read(cut).process == nil)
            default: #expect(throws: NetlinkError.self, "cut to \(length)") { try read(cut) }
            }
        }
    }

    @Test func `a struct of any length has its complete fields, if it has its version`() throws {
        let whole = MessageBuilder.taskstats(version: 1, [.cpuCount: 1, .cpuDelayTotal: 2])
        for length in 0...whole.count {
            let bytes = message(MessageBuilder.aggregate(pid: 812, Array(whole.prefix(length))))
            if length < 2 {
                #expect(throws: NetlinkError.malformed("struct taskstats of \(length) bytes")) { try decode(bytes) }
            } else {
                let task = try decode(bytes).task
                #expect(task?[.cpuCount] == (length >= 16 ? 1 : nil))
                #expect(task?[.cpuDelayTotal] == (length >= 24 ? 2 : nil))
            }
        }
    }

    private func message(_ attributes: [UInt8]) -> [UInt8] {
        MessageBuilder.message(type: 31, sequence: 7, MessageBuilder.generic(command: 2, attributes))
    }

    @discardableResult
    private func decode(
        _ bytes: some Collection<UInt8>, by decoder: RecordDecoder = RecordDecoder()
    ) throws(NetlinkError) -> RecordDecoder.Records {
        var records: RecordDecoder.Records?
        try withGuardedBytes(bytes) { (span) throws(NetlinkError) in
            try NetlinkMessage.forEach(in: span) { (_, payload) throws(NetlinkError) in
                records = try decoder.decode(payload)
            }
        }
        guard let records else { throw .malformed("no message") }
        return records
    }

    @discardableResult
    private func read(_ payload: some Collection<UInt8>) throws(NetlinkError) -> RecordDecoder.Records {
        try withGuardedBytes(payload) { (span) throws(NetlinkError) in try RecordDecoder().decode(span) }
    }
}
