import TaskstatsModel
import TestSupport

extension TaskRecord {
    /// Returns a record with a random choice of fields and values, from none to the longest possible.
    static func random(_ kind: Kind, using generator: inout SeededGenerator) -> TaskRecord {
        var record = TaskRecord(kind: kind)
        let density = [0, 3, 50, 97, 100].randomElement(using: &generator) ?? 100
        let isExtreme = generator.chance(10)
        for field in Field.allCases where generator.chance(density) {
            let value = isExtreme ? UInt64.max : generator.integer()
            switch field.kind {
            case .command: record.set(command: [UInt8].randomCommand(using: &generator))
            case .u8: record.set(field, to: value & 0xff)
            case .i8: record.set(field, to: UInt64(bitPattern: Int64(Int8(truncatingIfNeeded: value))))
            case .u16: record.set(field, to: value & 0xffff)
            case .u32: record.set(field, to: value & 0xffff_ffff)
            case .u64, .identifier, .timestamp: record.set(field, to: value)
            // A device number has 32 bits, regardless of the size of its field.
            case .device: record.set(field, to: value & 0xffff_ffff)
            }
        }
        for wait in WaitKind.allCases where generator.chance(10) { record.setAside(wait.fields) }
        record.hasUncountedDelays = generator.chance(20)
        return record
    }

    /// Creates a record with these fields.
    init(_ kind: Kind, _ values: KeyValuePairs<Field, UInt64>, command: String? = nil) {
        self.init(kind: kind)
        for (field, value) in values { set(field, to: value) }
        if let command { set(command: Array(Array(command.utf8))) }
    }
}

extension [UInt8] {
    /// Returns a command name: plain, other UTF-8, with JSON escapes, or bytes of no encoding; at most 32 bytes.
    static func randomCommand(using generator: inout SeededGenerator) -> [UInt8] {
        let count = Int.random(in: 0...32, using: &generator)
        switch UInt8.random(in: 0..<6, using: &generator) {
        case 0: return (0..<count).map { _ in .random(in: 0x20..<0x7f, using: &generator) }
        case 1: return (0..<count).map { _ in .random(in: 1...255, using: &generator) }
        case 2: return (0..<count).map { _ in .random(in: 0x01..<0x20, using: &generator) }
        case 3: return (0..<count).map { _ in Array("\"\\/\u{7f}\n\u{1b}".utf8).randomElement(using: &generator) ?? 0 }
        case 4:
            return (0..<count).flatMap { _ in Array("aé€🦀\u{fffd}".randomElement(using: &generator)?.utf8 ?? "".utf8) }
                .prefix(32).map(\.self)
        default: return [UInt8](repeating: 0xff, count: 32)
        }
    }
}

extension FieldSet {
    /// Returns a random choice of fields: often all, sometimes none.
    static func random(using generator: inout SeededGenerator) -> FieldSet {
        let density = [0, 10, 50, 100, 100].randomElement(using: &generator) ?? 100
        return FieldSet(Field.allCases.filter { _ in generator.chance(density) })
    }
}

extension ExitRecord {
    /// Returns a record with random fields, which need not be consistent.
    static func random(using generator: inout SeededGenerator) -> ExitRecord {
        let knowsProcess = generator.chance(80)
        return ExitRecord(
            cpu: Int(generator.integer() >> 1), sequence: generator.integer(), time: generator.integer(),
            pid: UInt32(truncatingIfNeeded: generator.integer()),
            tgid: knowsProcess ? UInt32(truncatingIfNeeded: generator.integer()) : nil,
            isLast: knowsProcess ? generator.chance(50) : nil,
            exit: ExitStatus.random(using: &generator),
            task: .random(.task, using: &generator),
            process: generator.chance(30) ? .random(.process, using: &generator) : nil)
    }
}

extension ExitStatus {
    /// Returns a code, a signal, or nil.
    static func random(using generator: inout SeededGenerator) -> ExitStatus? {
        switch UInt8.random(in: 0..<3, using: &generator) {
        case 0: .code(.random(in: 0...255, using: &generator))
        case 1: .signal(.random(in: 1...127, using: &generator), coreDumped: generator.chance(50))
        default: nil
        }
    }
}
