import TaskstatsModel
import TaskstatsProtocol

/// The dense form of records in the history: most words of a struct taskstats are 0, and are left out.
///
/// A record is its fixed part, the statistics of the task, those of the process if there are any, and the origin if it
/// is known. Only this process reads it, so it has no version and the byte order of the machine.
enum RecordPacking {
    private struct Flags: OptionSet {
        let rawValue: UInt16

        static let hasProcess = Flags(rawValue: 1)
        static let hasOrigin = Flags(rawValue: 2)
        static let hasThreadGroup = Flags(rawValue: 4)
        static let knowsLast = Flags(rawValue: 8)
        static let isLast = Flags(rawValue: 16)
        static let hasExit = Flags(rawValue: 32)
        static let isSignal = Flags(rawValue: 64)
        static let dumpedCore = Flags(rawValue: 128)
    }

    private static let word = MemoryLayout<UInt64>.size

    /// Appends a record, whose origin is packed already.
    static func append(_ record: borrowing ExitRecord, origin: borrowing ByteBuffer, to bytes: inout ByteBuffer) {
        bytes.append(raw: flags(of: record, hasOrigin: origin.count > 0).rawValue)
        bytes.append(raw: UInt32(truncatingIfNeeded: record.cpu))
        bytes.append(raw: record.sequence)
        bytes.append(raw: record.index ?? 0)
        bytes.append(raw: record.time)
        bytes.append(raw: record.pid)
        bytes.append(raw: record.tgid ?? 0)
        switch record.exit {
        case .code(let code): bytes.append(code)
        case .signal(let signal, _): bytes.append(signal)
        case nil: bytes.append(0)
        }
        append(record.task, to: &bytes)
        if let process = record.process { append(process, to: &bytes) }
        unsafe origin.withUnsafeBytes { unsafe bytes.append($0) }
    }

    private static func flags(of record: borrowing ExitRecord, hasOrigin: Bool) -> Flags {
        var flags: Flags = []
        if record.process != nil { flags.insert(.hasProcess) }
        if hasOrigin { flags.insert(.hasOrigin) }
        if record.tgid != nil { flags.insert(.hasThreadGroup) }
        if let isLast = record.isLast { flags.formUnion(isLast ? [.knowsLast, .isLast] : .knowsLast) }
        switch record.exit {
        case .code: flags.insert(.hasExit)
        case .signal(_, let coreDumped):
            flags.formUnion(coreDumped ? [.hasExit, .isSignal, .dumpedCore] : [.hasExit, .isSignal])
        case nil: break
        }
        return flags
    }

    private static func append(_ task: borrowing TaskRecord, to bytes: inout ByteBuffer) {
        bytes.append(raw: task.present.words)
        bytes.append(raw: task.implausible.words)
        bytes.append(task.hasUncountedDelays ? 1 : 0)
        unsafe task.withUnsafeBytes { (fields: UnsafeRawBufferPointer) in
            let words = fields.count / word
            let maskBytes = (words + 7) / 8
            // A word that is 0 is written too, and overwritten by the next one.
            unsafe bytes.append(atMost: maskBytes + (words + 1) * word) { target in
                var end = maskBytes
                for group in 0..<maskBytes {
                    var mask: UInt8 = 0
                    for bit in 0..<min(8, words - group * 8) {
                        let value = unsafe fields.loadUnaligned(
                            fromByteOffset: (group * 8 + bit) * word, as: UInt64.self)
                        unsafe target.storeBytes(of: value, toByteOffset: end, as: UInt64.self)
                        let isWritten: UInt8 = value == 0 ? 0 : 1
                        mask |= isWritten << UInt8(bit)
                        end += Int(isWritten) * word
                    }
                    unsafe target.storeBytes(of: mask, toByteOffset: group, as: UInt8.self)
                }
                return end
            }
        }
    }

    /// The size of what precedes the index.
    private static let bytesBeforeIndex =
        MemoryLayout<UInt16>.size + MemoryLayout<UInt32>.size + MemoryLayout<UInt64>.size

    /// Reads only the index.
    static func index(_ packed: inout PackedReader) -> UInt64 {
        packed.skip(bytesBeforeIndex)
        return packed.next(UInt64.self)
    }

    /// Reads only the time.
    static func time(_ packed: inout PackedReader) -> UInt64 {
        packed.skip(bytesBeforeIndex + MemoryLayout<UInt64>.size)
        return packed.next(UInt64.self)
    }

    /// Reads a record; if it has an origin, that is what is left, for ``OriginPacking``.
    static func read(_ packed: inout PackedReader) -> (record: ExitRecord, hasOrigin: Bool) {
        let flags = Flags(rawValue: packed.next(UInt16.self))
        let cpu = Int(Int32(bitPattern: packed.next(UInt32.self)))
        let sequence = packed.next(UInt64.self)
        let index = packed.next(UInt64.self)
        let time = packed.next(UInt64.self)
        let pid = packed.next(UInt32.self)
        let tgid = packed.next(UInt32.self)
        let number = packed.next(UInt8.self)
        var exit: ExitStatus?
        if flags.contains(.hasExit) {
            exit =
                flags.contains(.isSignal)
                ? .signal(number, coreDumped: flags.contains(.dumpedCore)) : .code(number)
        }
        let task = readTask(.task, &packed)
        let process = flags.contains(.hasProcess) ? readTask(.process, &packed) : nil
        var record = ExitRecord(
            cpu: cpu, sequence: sequence, time: time, pid: pid,
            tgid: flags.contains(.hasThreadGroup) ? tgid : nil,
            isLast: flags.contains(.knowsLast) ? flags.contains(.isLast) : nil, exit: exit, task: task, process: process
        )
        record.index = index
        return (record, flags.contains(.hasOrigin))
    }

    private static func readTask(_ kind: TaskRecord.Kind, _ packed: inout PackedReader) -> TaskRecord {
        var task = TaskRecord(kind: kind)
        let present = FieldSet(words: packed.next(FieldSet.Words.self))
        task.implausible = FieldSet(words: packed.next(FieldSet.Words.self))
        task.hasUncountedDelays = packed.next(UInt8.self) != 0
        unsafe task.fill { (fields: UnsafeMutableRawBufferPointer) in
            let words = fields.count / word
            var masks = packed
            packed.skip((words + 7) / 8)
            for group in 0..<(words + 7) / 8 {
                var mask = masks.next(UInt8.self)
                while mask != 0 {
                    let offset = (group * 8 + mask.trailingZeroBitCount) * word
                    unsafe fields.storeBytes(of: packed.next(UInt64.self), toByteOffset: offset, as: UInt64.self)
                    mask &= mask &- 1
                }
            }
            return present
        }
        return task
    }
}

/// A position in packed bytes; reading beyond them ends the process.
@safe struct PackedReader {
    private let bytes: UnsafeRawBufferPointer
    private var offset = 0

    init(_ bytes: UnsafeRawBufferPointer) { unsafe self.bytes = bytes }

    /// Reads a value.
    @inline(__always)
    mutating func next<Value: BitwiseCopyable>(_ type: Value.Type) -> Value {
        let size = MemoryLayout<Value>.size
        unsafe precondition(offset + size <= bytes.count, "read beyond a packed record")
        defer { offset += size }
        return unsafe bytes.loadUnaligned(fromByteOffset: offset, as: type)
    }

    /// Reads a number of bytes.
    mutating func next(count: Int) -> [UInt8] {
        unsafe precondition(count >= 0 && offset + count <= bytes.count, "read beyond a packed record")
        defer { offset += count }
        return unsafe Array(bytes[offset..<offset + count])
    }

    /// Skips a number of bytes.
    mutating func skip(_ count: Int) { offset += count }
}
