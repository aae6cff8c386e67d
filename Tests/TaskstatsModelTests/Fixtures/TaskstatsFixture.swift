import TaskstatsModel
import TestSupport
import Testing

/// One struct taskstats as sent by a little-endian 64-bit kernel, and its meaning.
///
/// Bytes, offsets and expected values come from the kernel's header, not from this project. Every field has a unique
/// value: a u64 combines its number in the struct, a version and the offset (cpu_count 5000008000016 is the 5th field
/// of version 8, at 16), a few have the top bit set as well; padding is 0xee. A version that only adds fields at the end
/// is written as the previous one with a tail, and with other values in the fields that have few.
struct TaskstatsFixture: Sendable, CustomTestStringConvertible {
    /// The version of a record with these bytes.
    let version: UInt16
    /// The kind of the record.
    let kind: TaskRecord.Kind
    private var fixture: HexFixture
    /// The command name, if any.
    let command: [UInt8]?
    /// The values of all other fields, by the kernel's names.
    let values: [String: UInt64]
    /// The version of the task's record in the same message.
    private(set) var versionOfTask: UInt16?
    private(set) var testDescription: String

    init(version: UInt16, kind: TaskRecord.Kind, hex: String, command: [UInt8]?, values: [String: UInt64]) {
        self.init(version: version, kind: kind, HexFixture(hex), command: command, values: values)
    }

    private init(
        version: UInt16, kind: TaskRecord.Kind, _ fixture: HexFixture, command: [UInt8]?, values: [String: UInt64]
    ) {
        self.version = version
        self.kind = kind
        self.fixture = fixture
        self.command = command
        self.values = values
        testDescription = "version \(version) of a \(kind)"
    }

    /// The bytes.
    var bytes: [UInt8] { fixture.bytes }

    /// The positions of the fields and other parts.
    var parts: [HexFixture.Part] { fixture.parts }

    /// Returns a later version: with other values in some fields, and with more fields at the end.
    ///
    /// `values` are those of the changed and of the additional fields.
    func extended(
        to version: UInt16, changing changes: String, adding tail: String, command: [UInt8]?, values: [String: UInt64]
    ) -> TaskstatsFixture {
        TaskstatsFixture(
            version: version, kind: kind, fixture.replacing(HexFixture(changes)).appending(HexFixture(tail)),
            command: command, values: self.values.merging(values) { _, new in new })
    }

    /// The sums of a process from a kernel that sets no version in them.
    static let processWithoutVersion: TaskstatsFixture = {
        var sums = process16
        sums.fixture = sums.fixture.replacing(HexFixture("00 00  # version 0"))
        sums.versionOfTask = 16
        sums.testDescription = "version 0 of a process"
        return sums
    }()

    /// A possible version 18: version 17 with additional bytes.
    static let version18 = version17.extended(
        to: 18,
        changing: """
            12 00                                            # version 18
            """,
        adding: """
            c1 c2 c3 c4 c5 c6 c7 c8                          # soft_count
            d1 d2 d3 d4 d5 d6 d7 d8                          # soft_delay_total
            e1 e2 e3 e4 e5 e6 e7 e8                          # soft_delay_max
            f1 f2 f3 f4 f5 f6 f7 f8                          # soft_delay_min
            """,
        command: version17.command,
        values: ["version": 18])

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
