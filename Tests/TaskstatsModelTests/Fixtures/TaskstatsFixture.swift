import TaskstatsModel
import TestSupport
import Testing

/// One struct taskstats as sent by a little-endian 64-bit kernel, and its meaning.
///
/// Bytes, offsets and expected values come from the kernel's header, not from this project. Every field has a unique
/// value: a u64 combines its number in the struct, the version and the offset (cpu_count 5000017000016 is the 5th field
/// of version 17, at 16), a few have the top bit set as well; padding is 0xee.
struct TaskstatsFixture: Sendable, CustomTestStringConvertible {
    /// The version of a record with these bytes.
    var version: UInt16
    /// The kind of the record.
    let kind: TaskRecord.Kind
    /// The bytes.
    private(set) var bytes: [UInt8]
    /// The positions of the fields and other parts.
    let parts: [HexFixture.Part]
    /// The command name, if any.
    let command: [UInt8]?
    /// The values of all other fields, by the kernel's names.
    private(set) var values: [String: UInt64]
    /// The version of the task's record in the same message.
    private(set) var versionOfTask: UInt16?
    private(set) var testDescription: String

    init(version: UInt16, kind: TaskRecord.Kind, hex: String, command: [UInt8]?, values: [String: UInt64]) {
        let fixture = HexFixture(hex)
        self.version = version
        self.kind = kind
        self.command = command
        self.values = values
        bytes = fixture.bytes
        parts = fixture.parts
        testDescription = "version \(version) of a \(kind)"
    }

    /// The sums of a process from a kernel that sets no version in them.
    static let processWithoutVersion: TaskstatsFixture = {
        var fixture = process16
        fixture.bytes.replaceSubrange(0..<2, with: [0, 0])
        fixture.versionOfTask = 16
        fixture.testDescription = "version 0 of a process"
        return fixture
    }()

    /// A possible version 18: version 17 with additional bytes.
    static let version18: TaskstatsFixture = {
        var fixture = version17
        fixture.version = 18
        fixture.values["version"] = 18
        fixture.bytes.replaceSubrange(0..<2, with: [18, 0])
        fixture.bytes +=
            HexFixture(
                """
                c1 c2 c3 c4 c5 c6 c7 c8                          # soft_count
                d1 d2 d3 d4 d5 d6 d7 d8                          # soft_delay_total
                e1 e2 e3 e4 e5 e6 e7 e8                          # soft_delay_max
                f1 f2 f3 f4 f5 f6 f7 f8                          # soft_delay_min
                """
            ).bytes
        fixture.testDescription = "version 18 of a task"
        return fixture
    }()

    /// Every fixture.
    static let all = [
        version1, version3, version8, version9, version13, version14, version15, version16, version17, version18,
        process16, processWithoutVersion,
    ]
}

extension TaskstatsFixture {
    /// Returns the names of the fields with a value that are entirely within the first `length` bytes.
    func entries(within length: Int) -> Set<String> {
        Set(parts.filter { $0.range.upperBound <= length && (values[$0.name] != nil || isCommand($0)) }.map(\.name))
    }

    private func isCommand(_ part: HexFixture.Part) -> Bool { command != nil && part.name == "ac_comm" }

    /// A byte that occurs nowhere in the struct, and is not 0.
    var poison: UInt8 {
        let used = Set(bytes)
        guard let byte = (1...255).first(where: { !used.contains($0) }) else {
            preconditionFailure("a fixture that uses every byte")
        }
        return byte
    }

    /// Returns the record of the first `length` bytes, read at an offset in a larger buffer full of `poison`.
    func record(of length: Int? = nil, at start: Int = 0) throws(TaskRecord.DecodingError) -> TaskRecord {
        let length = length ?? bytes.count
        var buffer = [UInt8](repeating: poison, count: start + length + 64)
        buffer.replaceSubrange(start..<start + length, with: bytes.prefix(length))
        return try TaskRecord(
            bytes: buffer, at: start..<start + length, kind: kind, versionOfTask: versionOfTask)
    }
}

extension TaskRecord {
    /// Returns the record of some bytes of an array, by default all of them.
    init(
        bytes: [UInt8], at range: Range<Int>? = nil, kind: Kind, versionOfTask: UInt16? = nil
    ) throws(DecodingError) {
        let span = unsafe bytes.span.bytes
        try self.init(
            kernelBytes: span.extracting(range ?? 0..<bytes.count), kind: kind, versionOfTask: versionOfTask)
    }
}
