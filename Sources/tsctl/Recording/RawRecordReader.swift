import TaskstatsClient

/// Finds the records in what `getdelays -w` and `procacct -w` write: struct taskstats back to back, and nothing else.
///
/// Both write as many bytes as the netlink attribute was long, its header of four bytes included, but from behind that
/// header on: so four bytes of what came after the struct follow each one, 564 in place of 560. A tool without that slip
/// writes 560. Nothing tells which, and 560 bytes can be two versions: a record is believed when it could be one, and the
/// distance to the next is the one at which there is a next one. Where no record is, the next place is looked for at
/// which one could be and is followed by another.
struct RawRecordReader {
    /// What comes next.
    enum Item: Equatable {
        case record(TaskRecord)
        /// Bytes that are no record.
        case damaged(offset: UInt64, count: UInt64)
        /// The last record, which is not whole.
        case cutOff(offset: UInt64, count: UInt64)
        /// There is not enough to tell what comes next, or nothing more.
        case incomplete
    }

    private struct Shape {
        let version: UInt16
        let size: Int
        /// From one record to the next.
        let stride: Int
    }

    /// The bytes of the attribute's header.
    private static let surplus = 4
    private static let newestImaginable: UInt16 = 64
    /// How much longer than known the struct of a later version may be.
    private static let mostGrowth = 1_024
    /// What must be here to tell whether one record follows another.
    private static let lookahead = 2 * (TaskRecord.structSize(ofVersion: .max) + mostGrowth)

    private var bytes: [UInt8] = []
    private var start = 0
    private var offset: UInt64 = 0
    private var shape: Shape?
    /// From `start` up to here no record begins.
    private var searched = 0
    private var isAtEnd = false

    /// Takes bytes in.
    mutating func append(_ more: some Collection<UInt8>) {
        bytes.removeFirst(start)
        searched -= start
        start = 0
        bytes += more
    }

    /// Nothing more comes.
    mutating func end() { isAtEnd = true }

    /// What comes next of what is here.
    mutating func next() -> Item {
        let rest = bytes.count - start
        guard isAtEnd ? rest > 0 : rest >= Self.lookahead else { return .incomplete }
        if let shape, searched <= start, let record = record(at: start, shape.version, shape.size) {
            // Of a record that was cut off by the next one only the beginning is good.
            if !isFollowed(shape), let place = placeWithin(shape) { return damage(upTo: place) }
            advance(by: min(shape.stride, rest))
            return .record(record)
        }
        if let shape, isAtEnd, rest < shape.size, searched <= start, isBeginning(at: start, of: shape) {
            let item = Item.cutOff(offset: offset, count: UInt64(rest))
            advance(by: rest)
            return item
        }
        return resynchronise()
    }

    private mutating func advance(by count: Int) {
        start += count
        offset += UInt64(count)
    }

    // MARK: Finding the next record

    private mutating func resynchronise() -> Item {
        let limit = isAtEnd ? bytes.count : bytes.count - Self.lookahead
        var place = max(start, searched)
        while place < limit {
            if let found = shape(at: place, isAfterDamage: place > start) {
                shape = found
                searched = 0
                guard place > start else { return next() }
                return damage(upTo: place)
            }
            place += 1
        }
        searched = place
        return isAtEnd ? damage(upTo: bytes.count) : .incomplete
    }

    /// Whether behind the record that comes next there is another one, or the end.
    private func isFollowed(_ shape: Shape) -> Bool {
        let next = start + shape.stride
        if next + shape.size > bytes.count { return next >= bytes.count || isBeginning(at: next, of: shape) }
        return record(at: next, shape.version, shape.size) != nil || self.shape(at: next, isAfterDamage: true) != nil
    }

    private func placeWithin(_ shape: Shape) -> Int? {
        (start + 1..<start + shape.stride).first { self.shape(at: $0, isAfterDamage: true) != nil }
    }

    private mutating func damage(upTo place: Int) -> Item {
        let item = Item.damaged(offset: offset, count: UInt64(place - start))
        advance(by: place - start)
        return item
    }

    /// The shape of the records from a place on, when one begins there.
    private func shape(at place: Int, isAfterDamage: Bool) -> Shape? {
        guard let version = version(at: place), (1...Self.newestImaginable).contains(version) else { return nil }
        let size = TaskRecord.structSize(ofVersion: version)
        guard let first = record(at: place, version, size) else { return nil }
        var best: (shape: Shape, evidence: Int)?
        for stride in Self.strides(version, size) {
            let shape = Shape(version: version, size: size, stride: stride)
            let evidence = evidence(of: shape, at: place)
            if evidence > best?.evidence ?? -1 { best = (shape, evidence) }
        }
        guard let best else { return nil }
        // Amid bytes that are no record one by itself means nothing, nor does a struct of version 1 ever.
        let isSure = best.evidence >= 2 && (version == 1 || first.kind == .task)
        return isSure || (!isAfterDamage && version > 1) ? best.shape : nil
    }

    private static func strides(_ version: UInt16, _ size: Int) -> [Int] {
        guard version > TaskRecord.newestKnownVersion else { return [size + surplus, size] }
        return Array(stride(from: size, through: size + mostGrowth, by: 4))
    }

    /// How much speaks for a distance: a whole record behind it, the end there, or the beginning of a record.
    private func evidence(of shape: Shape, at place: Int) -> Int {
        let next = place + shape.stride
        if next + shape.size <= bytes.count { return record(at: next, shape.version, shape.size) == nil ? 0 : 3 }
        if next == bytes.count { return 2 }
        return next > bytes.count || isBeginning(at: next, of: shape) ? 1 : 0
    }

    private func isBeginning(at place: Int, of shape: Shape) -> Bool {
        guard let version = version(at: place) else { return true }
        return version == shape.version || version == 0
    }

    private func version(at place: Int) -> UInt16? {
        guard place + 2 <= bytes.count else { return nil }
        return UInt16(bytes[place]) | UInt16(bytes[place + 1]) << 8
    }

    // MARK: What can be a record

    private func record(at place: Int, _ version: UInt16, _ size: Int) -> TaskRecord? {
        guard place + size <= bytes.count, let stored = self.version(at: place) else { return nil }
        // Kernels up to 2026 leave the version of a process's sums at 0.
        guard stored == version || (stored == 0 && version > 1) else { return nil }
        // The gap behind the version is never written.
        let gap = version > 1 ? 2..<4 : 2..<8
        guard gap.allSatisfy({ bytes[place + $0] == 0 }) else { return nil }
        var copy = Array(bytes[place..<place + size])
        (copy[0], copy[1]) = (UInt8(truncatingIfNeeded: version), UInt8(version >> 8))
        guard let task = try? unsafe TaskRecord(kernelBytes: copy.span.bytes, kind: .task) else { return nil }
        guard Self.isBelievable(task) else { return nil }
        if version == 1 { return task }
        if Self.isProcess(task), stored == version || task[.cpuCount] != 0 { return try? unsafe TaskRecord(kernelBytes: copy.span.bytes, kind: .process) }
        return stored == version && Self.isTask(task) ? task : nil
    }

    /// No count and no time goes beyond what centuries bring.
    private static func isBelievable(_ record: TaskRecord) -> Bool {
        let limit: UInt64 = 1 << 61
        return [FieldGroup.cpu, .delay].allSatisfy { group in
            FieldSet(group: group).intersection(record.present).allSatisfy { (record[$0] ?? 0) < limit }
        }
    }

    /// The sums of a process have nothing of what tells who a task is.
    private static func isProcess(_ record: TaskRecord) -> Bool {
        let nobody: [Field] = [.acPid, .acPpid, .acUid, .acGid, .acBtime, .acExitcode, .acSched, .acNice]
        return nobody.allSatisfy { record[$0] == 0 } && nameBytes(record).allSatisfy { $0 == 0 }
    }

    private static func isTask(_ record: TaskRecord) -> Bool {
        let highestPID: UInt64 = 1 << 22
        let highestPolicy: UInt64 = 7
        guard let pid = record[.acPid], (1...highestPID).contains(pid), (record[.acPpid] ?? 0) <= highestPID,
            let policy = record[.acSched], policy <= highestPolicy,
            let niceness = record.niceness, (-20...19).contains(niceness)
        else { return false }
        // The name is filled up with zeros.
        let name = nameBytes(record)
        let end = name.firstIndex(of: 0) ?? name.count
        return end < name.count && name[end...].allSatisfy { $0 == 0 }
    }

    private static func nameBytes(_ record: TaskRecord) -> [UInt8] {
        let start = Field.acComm.offset
        return unsafe record.withUnsafeBytes { unsafe Array($0[start..<start + FieldKind.command.width]) }
    }
}
