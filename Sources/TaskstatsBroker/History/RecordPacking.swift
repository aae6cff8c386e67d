import TaskstatsModel

/// The dense form of records in the history: most bytes of a struct taskstats are 0, and are left out.
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

    private static let wordBytes = MemoryLayout<UInt64>.size
    /// The words of a struct whose lengths share a byte.
    private static let group = 4
    /// The size of everything before the statistics.
    private static let fixedBytes = 39
    /// The maximum size of a record without its origin.
    static let limit = fixedBytes + 2 * (2 * MemoryLayout<FieldSet.Words>.size + 1 + 2 * TaskRecord.byteCount)

    /// Writes a record, without its origin.
    static func write(_ record: borrowing ExitRecord, to packed: inout PackedWriter) {
        var flags: Flags = []
        var head = packed.reserve(MemoryLayout<UInt16>.size)
        packed.append(UInt32(truncatingIfNeeded: record.cpu))
        packed.append(record.sequence)
        packed.append(record.index ?? 0)
        packed.append(record.time)
        packed.append(record.pid)
        packed.append(record.tgid ?? 0)
        switch record.exit {
        case .code(let code):
            packed.append(code)
            flags.insert(.hasExit)
        case .signal(let signal, let coreDumped):
            packed.append(signal)
            flags.formUnion(coreDumped ? [.hasExit, .isSignal, .dumpedCore] : [.hasExit, .isSignal])
        case nil: packed.append(0 as UInt8)
        }
        if record.origin != nil { flags.insert(.hasOrigin) }
        if record.tgid != nil { flags.insert(.hasThreadGroup) }
        if let isLast = record.isLast { flags.formUnion(isLast ? [.knowsLast, .isLast] : .knowsLast) }
        write(record.task, to: &packed)
        // Unwrapped once, because each time copies it.
        if let process = record.process {
            flags.insert(.hasProcess)
            write(process, to: &packed)
        }
        head.append(flags.rawValue)
    }

    /// Writes the words of a struct: for each group of four, a byte with their lengths, and behind all of these the
    /// bytes that are not 0.
    private static func write(_ task: borrowing TaskRecord, to packed: inout PackedWriter) {
        packed.append(task.present.words)
        packed.append(task.implausible.words)
        packed.append(task.hasUncountedDelays ? 1 : 0 as UInt8)
        unsafe task.withUnsafeBytes { (fields: UnsafeRawBufferPointer) in
            let words = fields.count / wordBytes
            let groups = (words + group - 1) / group
            unsafe packed.append(atMost: groups + fields.count) { target in
                var count = groups
                for number in 0..<groups {
                    let first = number * group
                    let isWhole = first + group <= words
                    // The size of the struct is even.
                    let values = SIMD4<UInt64>(
                        unsafe word(first, fields), unsafe word(first + 1, fields),
                        isWhole ? unsafe word(first + 2, fields) : 0, isWhole ? unsafe word(first + 3, fields) : 0)
                    unsafe write(values, lengthsAt: number, &count, to: target)
                }
                return count
            }
        }
    }

    @inline(__always)
    private static func word(_ index: Int, _ fields: UnsafeRawBufferPointer) -> UInt64 {
        unsafe fields.loadUnaligned(fromByteOffset: index * wordBytes, as: UInt64.self)
    }

    /// Writes a group: the positions of its words follow from their lengths alone, so that no store waits for another.
    @inline(__always)
    private static func write(
        _ values: SIMD4<UInt64>, lengthsAt number: Int, _ count: inout Int, to target: UnsafeMutableRawPointer
    ) {
        let codes = (code(of: values[0]), code(of: values[1]), code(of: values[2]), code(of: values[3]))
        let second = length(of: codes.0)
        let third = second + length(of: codes.1)
        let fourth = third + length(of: codes.2)
        let start = unsafe target + count
        unsafe start.storeBytes(of: values[0], as: UInt64.self)
        unsafe start.storeBytes(of: values[1], toByteOffset: second, as: UInt64.self)
        unsafe start.storeBytes(of: values[2], toByteOffset: third, as: UInt64.self)
        unsafe start.storeBytes(of: values[3], toByteOffset: fourth, as: UInt64.self)
        count += fourth + length(of: codes.3)
        unsafe target.storeBytes(
            of: codes.0 | codes.1 << 2 | codes.2 << 4 | codes.3 << 6, toByteOffset: number, as: UInt8.self)
    }

    /// Returns which of the lengths a word has: 0, 1, 4 or 8 bytes.
    @inline(__always)
    private static func code(of value: UInt64) -> UInt8 {
        (value != 0 ? 1 : 0) + (value > UInt64(UInt8.max) ? 1 : 0) + (value > UInt64(UInt32.max) ? 1 : 0)
    }

    @inline(__always)
    private static func length(of code: UInt8) -> Int {
        let lengths = 0x8410
        return lengths >> (4 * Int(code)) & 0xf
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
            let words = fields.count / wordBytes
            var lengths = packed
            packed.skip((words + group - 1) / group)
            var codes: UInt8 = 0
            for index in 0..<words {
                codes = index % group == 0 ? lengths.next(UInt8.self) : codes >> 2
                guard codes & 3 != 0 else { continue }
                let value = packed.next(bytes: length(of: codes & 3))
                unsafe fields.storeBytes(of: value, toByteOffset: index * wordBytes, as: UInt64.self)
            }
            return present
        }
        return task
    }
}
