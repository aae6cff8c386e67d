import Taskstats

/// A reader of the output of `getdelays -w` and `procacct -w`: consecutive structs taskstats, and nothing
/// else.
///
/// Both tools write as many bytes as the netlink attribute has, including its header of four bytes, but start after
/// that header. So four stray bytes follow each struct, 564 instead of 560. A tool without that bug writes 560. Nothing
/// marks the difference, and 560 bytes can be two versions. A record is accepted if it is plausible, and its distance
/// to the next one is that at which another record follows. After damage, the reader searches for a plausible record
/// that is followed by another.
struct RawRecordReader {
    /// The next item.
    enum Item: Equatable {
        case record(TaskRecord)
        /// Bytes that are not a record.
        case damaged(offset: UInt64, count: UInt64)
        /// The last record, which is incomplete.
        case truncated(offset: UInt64, count: UInt64)
        /// Too little data to decide, or no more data.
        case incomplete
    }

    private struct Shape {
        let version: UInt16
        let size: Int
        /// The distance from one record to the next.
        let stride: Int
    }

    /// The size of the attribute's header.
    private static let headerBytes = 4
    private static let highestVersion: UInt16 = 64
    /// The maximum growth of the struct in later versions.
    private static let mostGrowth = 1_024
    /// The number of bytes needed to decide whether one record follows another.
    private static let lookahead = 2 * (TaskRecord.structSize(ofVersion: .max) + mostGrowth)

    private var bytes: [UInt8] = []
    private var start = 0
    private var offset: UInt64 = 0
    private var shape: Shape?
    /// The position up to which no record starts, from `start` on.
    private var searched = 0
    private var isAtEnd = false

    /// Adds data.
    mutating func append(_ more: some Collection<UInt8>) {
        bytes.removeFirst(start)
        searched -= start
        start = 0
        bytes += more
    }

    /// Marks the end of the data.
    mutating func end() { isAtEnd = true }

    /// Returns the next item of the buffered data.
    mutating func next() -> Item {
        let remaining = bytes.count - start
        guard isAtEnd ? remaining > 0 : remaining >= Self.lookahead else { return .incomplete }
        if let shape, searched <= start, let record = record(at: start, shape.version, shape.size) {
            // Of a record that is truncated by the next one, only the beginning is valid.
            if !isFollowed(shape), let place = placeWithin(shape) { return damage(upTo: place) }
            advance(by: min(shape.stride, remaining))
            return .record(record)
        }
        if let shape, isAtEnd, remaining < shape.size, searched <= start, isBeginning(at: start, of: shape) {
            let item = Item.truncated(offset: offset, count: UInt64(remaining))
            advance(by: remaining)
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

    /// Returns whether the next record is followed by another one, or by the end.
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

    /// Returns the shape of the records from a position on; nil if none starts there.
    private func shape(at place: Int, isAfterDamage: Bool) -> Shape? {
        guard let version = version(at: place), (1...Self.highestVersion).contains(version) else { return nil }
        let size = TaskRecord.structSize(ofVersion: version)
        guard let first = record(at: place, version, size) else { return nil }
        var best: (shape: Shape, evidence: Int)?
        for stride in Self.strides(version, size) {
            let shape = Shape(version: version, size: size, stride: stride)
            let evidence = evidence(of: shape, at: place)
            if evidence > best?.evidence ?? -1 { best = (shape, evidence) }
        }
        guard let best else { return nil }
        // Among damaged bytes a single record proves nothing, and neither does a struct of version 1.
        let isSure = best.evidence >= 2 && (version == 1 || first.kind == .task)
        return isSure || (!isAfterDamage && version > 1) ? best.shape : nil
    }

    private static func strides(_ version: UInt16, _ size: Int) -> [Int] {
        guard version > TaskRecord.newestKnownVersion else { return [size + headerBytes, size] }
        return Array(stride(from: size, through: size + mostGrowth, by: 4))
    }

    /// Returns the evidence for a distance: a whole record after it, the end of the data, or the beginning of a record.
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

    // MARK: Plausible records

    private func record(at place: Int, _ version: UInt16, _ size: Int) -> TaskRecord? {
        guard place + size <= bytes.count, let stored = self.version(at: place) else { return nil }
        // Kernels up to 2026 leave the version in the sums of a process at 0.
        guard stored == version || (stored == 0 && version > 1) else { return nil }
        // The padding after the version is never written.
        let gap = version > 1 ? 2..<4 : 2..<8
        guard gap.allSatisfy({ bytes[place + $0] == 0 }) else { return nil }
        var copy = Array(bytes[place..<place + size])
        (copy[0], copy[1]) = (UInt8(truncatingIfNeeded: version), UInt8(version >> 8))
        guard let task = Self.decoded(copy, as: .task) else { return nil }
        guard Self.isPlausible(task) else { return nil }
        if version == 1 { return task }
        if Self.isProcess(task), stored == version || task[.cpuCount] != 0 {
            return Self.decoded(copy, as: .process)
        }
        return stored == version && Self.isTask(task) ? task : nil
    }

    private static func decoded(_ bytes: [UInt8], as kind: TaskRecord.Kind) -> TaskRecord? {
        unsafe bytes.withUnsafeBytes { bytes in try? unsafe TaskRecord(kernelBytes: bytes.bytes, kind: kind) }
    }

    /// Returns whether all counts and times are below 2^61, which is 73 years in nanoseconds.
    private static func isPlausible(_ record: TaskRecord) -> Bool {
        let limit: UInt64 = 1 << 61
        return [FieldGroup.cpu, .delay].allSatisfy { group in
            FieldSet(group: group).intersection(record.present).allSatisfy { (record[$0] ?? 0) < limit }
        }
    }

    /// Returns whether the record lacks everything that identifies a task, as the sums of a process do.
    private static func isProcess(_ record: TaskRecord) -> Bool {
        let identifying: [Field] = [.acPid, .acPpid, .acUid, .acGid, .acBtime, .acExitcode, .acSched, .acNice]
        return identifying.allSatisfy { record[$0] == 0 } && nameBytes(record).allSatisfy { $0 == 0 }
    }

    private static func isTask(_ record: TaskRecord) -> Bool {
        let highestPID: UInt64 = 1 << 22
        let highestPolicy: UInt64 = 7
        guard let pid = record[.acPid], (1...highestPID).contains(pid), (record[.acPpid] ?? 0) <= highestPID,
            let policy = record[.acSched], policy <= highestPolicy,
            let niceness = record.niceness, (-20...19).contains(niceness)
        else { return false }
        // The name is padded with zeros.
        let name = nameBytes(record)
        let end = name.firstIndex(of: 0) ?? name.count
        return end < name.count && name[end...].allSatisfy { $0 == 0 }
    }

    private static func nameBytes(_ record: TaskRecord) -> [UInt8] {
        let start = Field.acComm.offset
        return unsafe record.withUnsafeBytes { unsafe Array($0[start..<start + FieldKind.command.width]) }
    }
}
