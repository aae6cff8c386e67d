import TaskstatsModel
import TestSupport
import Testing

@testable import TaskstatsProtocol

@Suite struct StatsReaderTests {
    /// Counters that jansson refuses are compared with the encoded values instead.
    private let largestForJansson = UInt64(Int64.max)

    @Test(arguments: SeededGenerator.seeds)
    func `random records are the same for the reader and for jansson, in any order and with white space`(
        seed: UInt64
    ) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<300 {
            var record = TaskRecord.random(.task, using: &generator)
            for field in record.present where field.kind == .u64 || field.kind == .timestamp {
                if let value = record[field], value > largestForJansson { record.set(field, to: value >> 1) }
            }
            var bytes = ByteBuffer(capacity: 64)
            RecordEncoder.appendStats(record, fields: .all, to: &bytes)
            let text = try shuffled(String(decoding: bytes.array, as: UTF8.self), using: &generator)

            let read = try JSONCursor.walk(text) { cursor in try StatsReader.read(&cursor, kind: .task) }
            let expected = try JSONDocument.read(text)
            #expect(
                Set(read.present.map(\.name)) == Set((expected.entries ?? []).map(\.name)).subtracting(["ac_comm_hex"]))
            for field in read.present {
                #expect(value(of: field, in: read) == jsonValue(of: field, in: expected), "\(field.name)")
            }
        }
    }

    /// Returns the same keys in another order, with random white space.
    private func shuffled(_ text: String, using generator: inout SeededGenerator) throws -> String {
        var entries = try entries(of: text)
        if generator.chance(50) { entries.shuffle(using: &generator) }
        let space = generator.chance(50) ? " " : ""
        return "{" + entries.map { "\(space)\"\($0.name)\"\(space):\(space)\($0.value)\(space)" }.joined(separator: ",")
            + "}"
    }

    private func entries(of text: String) throws -> [(name: String, value: String)] {
        try JSONCursor.walk(text) { cursor in
            var entries: [(String, String)] = []
            try unsafe cursor.object { (cursor, name) throws(JSONCursor.Mismatch) in
                let name = unsafe String(decoding: name, as: UTF8.self)
                entries.append((name, try unsafe String(decoding: cursor.skip(), as: UTF8.self)))
            }
            return entries
        }
    }

    private func value(of field: Field, in record: TaskRecord) -> String? {
        switch field.kind {
        case .command: record.command
        case .device: record.executableDevice.map { "\($0.major):\($0.minor)" }
        case .i8: record.niceness.map(String.init)
        default: record[field].map(String.init)
        }
    }

    private func jsonValue(of field: Field, in json: JSONValue) -> String? {
        let value = json[field.name]
        return value?.string ?? value?.integer.map(String.init)
    }
}
