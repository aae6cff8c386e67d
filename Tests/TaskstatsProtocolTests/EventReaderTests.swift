import TaskstatsModel
import TestSupport
import Testing

@testable import TaskstatsProtocol

@Suite struct EventReaderTests {
    private func exit(_ params: String) -> String { #"{"jsonrpc":"2.0","method":"exit","params":{\#(params)}}"# }

    private func record(_ params: String) throws -> ExitRecord? {
        guard case .exit(let exit) = try EventReader.read(exit(params)) else { return nil }
        return exit
    }

    // MARK: Round trips

    @Test(arguments: SeededGenerator.seeds)
    func `a random exit is decoded as it was encoded`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<300 {
            let record = ExitRecord.random(using: &generator)
            var bytes = ByteBuffer(capacity: 64)
            RecordEncoder.appendExitLine(record, fields: .all, redacted: [], to: &bytes)
            #expect(try EventReader.read(bytes.line) == .exit(record))
        }
    }

    @Test(arguments: SeededGenerator.seeds)
    func `a random choice of fields is decoded exactly`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<300 {
            var record = ExitRecord.random(using: &generator)
            let fields = FieldSet.random(using: &generator)
            let redacted = FieldGroup.allCases.filter { _ in generator.chance(20) }
            var bytes = ByteBuffer(capacity: 64)
            RecordEncoder.appendExitLine(record, fields: fields, redacted: redacted, to: &bytes)

            let seen = FieldSet(fields.filter { !redacted.contains($0.group) })
            record.task.reduce(to: seen)
            record.process?.reduce(to: seen)
            record.redacted = redacted
            #expect(try EventReader.read(bytes.line) == .exit(record))
        }
    }

    @Test(arguments: SeededGenerator.seeds)
    func `random statistics of get are decoded as they were encoded`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            let task = TaskRecord.random(.task, using: &generator)
            let process = TaskRecord.random(.process, using: &generator)
            let id = Int64.random(in: -(1 << 53)...(1 << 53), using: &generator)
            let answer = ServerLine.stats(.integer(id), of: .pid(7), task, fields: .all)
            #expect(try EventReader.read(answer.line) == .reply(id: id, .stats(task)))
            let other = ServerLine.stats(.integer(id), of: .tgid(7), process, fields: .all)
            #expect(try EventReader.read(other.line) == .reply(id: id, .stats(process)))
        }
    }

    @Test func `the counts of a cgroup use all 64 bits`() throws {
        let stats = CgroupStats(sleeping: .max, running: 1 << 63, stopped: 0, uninterruptible: 1, ioWait: 2)
        let line = ServerLine.stats(.integer(1), ofCgroup: "/a \"b\"\n", stats)
        #expect(try EventReader.read(line.line) == .reply(id: 1, .cgroup(stats)))
    }

    @Test func `losses, closing lines and empty answers are decoded`() throws {
        for loss in [LostRecords(.queue, count: 1), LostRecords(.kernel(cpu: 8_191), count: UInt64(Int64.max))] {
            let line = ServerLine.lost(loss)
            #expect(try EventReader.read(line.line) == .lost(loss))
        }
        let closing = ServerLine.closing(reason: "over\n\"and\" out 🦀")
        #expect(try EventReader.read(closing.line) == .closing("over\n\"and\" out 🦀"))
        let empty = ServerLine.unsubscribed(.integer(-1))
        #expect(try EventReader.read(empty.line) == .reply(id: -1, .other))
        let description = ServerLine.description(.integer(2))
        #expect(try EventReader.read(description.line) == .reply(id: 2, .other))
    }

    @Test func `the answer to a subscription is decoded`() throws {
        var parameters = Subscription()
        parameters.fields = [.acComm, .irqDelayMaxTs]
        parameters.filter.uids = [1]
        parameters.cpus = [0, 1, 2, 9]
        let line = ServerLine.subscribed(.integer(4), parameters, nextIndex: 8) { _ in 1 }
        #expect(
            try EventReader.read(line.line)
                == .reply(
                    id: 4, .subscription(cpus: "0-2,9", fields: parameters.fields, position: 7)))
    }

    @Test func `every error is decoded with its data`() throws {
        for name in ProtocolError.Name.allCases {
            let error = ProtocolError(
                name, "a \"sentence\"", errno: "EPERM", field: "filter.uid", limit: .init("x", allowed: 1, used: 2))
            let answer = ServerLine.error(.integer(5), error)
            #expect(try EventReader.read(answer.line) == .reply(id: 5, .error(error)))
            let refusal = ServerLine.error(nil, ProtocolError(name, "short"))
            #expect(try EventReader.read(refusal.line) == .refusal(ProtocolError(name, "short")))
        }
    }

    // MARK: Lines of later daemons

    @Test func `keys unknown to this client are skipped at any position`() throws {
        let extra = #""new":{"a":[1,{"b":"}]"}],"c":"\"}"},"more":-1.5e9,"#
        let line =
            #"{"new":[[]],"jsonrpc":"2.0","method":"exit",\#(extra)"params":{\#(extra)"cpu":3,"exit":{\#(extra)"code":9},"#
            + #""stats":{\#(extra)"nvcsw":5,"new_delay_total":18446744073709551615},"last":null2,"pid":4}}"#
        #expect(throws: EventReader.Malformed.self) { try EventReader.read(line) }
        let event = try EventReader.read(line.replacing("null2", with: "true"))
        guard case .exit(let exit) = event else { throw UnexpectedValue(event) }
        #expect(exit.cpu == 3)
        #expect(exit.exit == .code(9))
        #expect(exit.task == TaskRecord(.task, [.nvcsw: 5]))
        #expect(exit.pid == 4)
    }

    @Test(arguments: [
        #"{"jsonrpc":"2.0","method":"weather","params":{"rain":true}}"#,
        #"{"jsonrpc":"2.0","method":"weather","params":[1,2]}"#,
        #"{"jsonrpc":"2.0","method":"weather"}"#,
        #"{"jsonrpc":"2.0"}"#, "{}",
    ])
    func `notifications unknown to this client are not errors`(line: String) throws {
        #expect(try EventReader.read(line) == .unknown)
    }

    @Test func `groups, results and error names unknown to this client are not errors`() throws {
        let event = try EventReader.read(exit(#""redacted":["aura","io"],"stats":{}"#))
        guard case .exit(let exit) = event else { throw UnexpectedValue(event) }
        #expect(exit.redacted == [.io])
        #expect(try EventReader.read(#"{"id":1,"result":[1]}"#) == .reply(id: 1, .other))
        #expect(try EventReader.read(#"{"id":1,"result":true}"#) == .reply(id: 1, .other))
        let named = #"{"id":1,"error":{"code":-32001,"message":"m","data":{"name":"Forbidden"}}}"#
        #expect(try EventReader.read(named) == .reply(id: 1, .error(ProtocolError(.permissionDenied, "m"))))
        let bare = #"{"id":1,"error":{"code":-1,"message":"m"}}"#
        #expect(try EventReader.read(bare) == .reply(id: 1, .error(ProtocolError(.internalError, "m"))))
    }

    @Test func `keys of a record may come in any order`() throws {
        let record = try record(#""stats":{"nivcsw":2,"ac_comm_hex":"ff","version":16,"nvcsw":1},"seq":4,"cpu":1"#)
        var expected = TaskRecord(.task, [.version: 16, .nvcsw: 1, .nivcsw: 2])
        expected.set(command: [0xff])
        #expect(record?.task == expected)
        #expect(record?.sequence == 4)
    }

    // MARK: Numbers

    @Test func `counters above 2^63 are decoded exactly`() throws {
        let record = try record(
            #""seq":18446744073709551615,"time":9223372036854775808,"stats":{"ac_exe_inode":"18446744073709551615","nvcsw":18446744073709551614}"#
        )
        #expect(record?.sequence == .max)
        #expect(record?.time == 1 << 63)
        #expect(record?.task[.acExeInode] == .max)
        #expect(record?.task[.nvcsw] == UInt64.max - 1)
    }

    @Test(arguments: [
        #""stats":{"nvcsw":18446744073709551616}"#, #""stats":{"nvcsw":1.5}"#, #""stats":{"nvcsw":"1"}"#,
        #""stats":{"nvcsw":null}"#, #""stats":{"nvcsw":-1}"#, #""stats":{"ac_exe_inode":1}"#,
        #""stats":{"ac_exe_dev":"1"}"#, #""stats":{"ac_comm":1}"#, #""stats":{"ac_comm_hex":"zz"}"#,
        #""stats":{"ac_comm_hex":"+f"}"#, #""stats":{"ac_comm_hex":"0xff"}"#, #""stats":{"ac_comm_hex":"fff"}"#,
        #""stats":{"ac_comm_hex":"FF"}"#, #""stats":{"ac_comm_hex":" f"}"#, #""stats":[]"#,
        #""cpu":-1"#, #""last":1"#, #""exit":3"#, #""redacted":"io""#, #""redacted":[1]"#,
    ])
    func `values of the wrong type make a line malformed`(params: String) {
        #expect(throws: EventReader.Malformed.self) { try EventReader.read(exit(params)) }
    }

    @Test(arguments: [
        #"{"method":"lost","params":{"where":"queue"}}"#, #"{"method":"lost","params":{"where":"attic","count":1}}"#,
        #"{"method":"lost","params":{"where":"kernel","count":1}}"#,
        #"{"method":"lost","params":{"where":"queue","count":-1}}"#, #"{"method":"lost","params":7}"#,
        #"{"method":"hello","params":{}}"#, #"{"id":"a","result":{}}"#, "", "[]", "x", #"{"id":1"#,
    ])
    func `lines that no daemon sends are malformed`(line: String) {
        #expect(throws: EventReader.Malformed.self) { try EventReader.read(line) }
    }

    // MARK: Hostile lines

    @Test(arguments: SeededGenerator.seeds)
    func `broken lines never crash the decoder`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let lines = try GoldenConversation.all().flatMap(\.lines).filter {
            $0.sender == .daemon && $0.text.utf8.count < 4_096
        }
        for _ in 0..<4_000 {
            var bytes = Array(try #require(lines.randomElement(using: &generator)).text.utf8)
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let index = Int.random(in: 0..<bytes.count, using: &generator)
                switch UInt8.random(in: 0..<4, using: &generator) {
                case 0: bytes.remove(at: index)
                case 1: bytes[index] = Array("\"\\{}[],:-0u\u{0}".utf8).randomElement(using: &generator) ?? 0
                case 2: bytes[index] = UInt8.random(in: 0...255, using: &generator)
                default: bytes.insert(bytes[Int.random(in: 0..<bytes.count, using: &generator)], at: index)
                }
                if bytes.isEmpty { break }
            }
            _ = try? EventReader.read(bytes)
        }
    }
}

extension TaskRecord {
    /// Reduces a record to the fields that a client requested.
    fileprivate mutating func reduce(to fields: FieldSet) {
        present = present.intersection(fields)
        implausible = implausible.intersection(fields)
        hasUncountedDelays = hasUncountedDelays && !WaitKind.delayAccountingFields.intersection(fields).isEmpty
    }
}
