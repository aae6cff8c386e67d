/// A set of CPUs, written in the kernel's format: "0-3,8".
public struct CPUSet: Hashable, Sendable {
    /// The limit of CPU numbers, above that of any kernel (CONFIG_NR_CPUS ends at 8,192); parsing rejects higher
    /// numbers.
    public static let limit = 65_536

    /// One bit per CPU, without trailing zero words, so that equal sets compare equal.
    private var words: [UInt64] = []

    /// Every CPU of any machine; a subscription to it covers the possible CPUs of its daemon's machine.
    public static let all = CPUSet(0...limit - 1, used: limit, of: limit)

    /// Creates an empty set.
    public init() {}

    /// Creates a set of these CPUs.
    public init(_ cpus: some Sequence<Int>) {
        for cpu in cpus { insert(cpu) }
    }

    /// Creates a set of the first `used` of every `group` CPUs in a range.
    ///
    /// It takes a few steps per word for any pattern, as a client's list may contain ten thousand of them.
    init(_ range: ClosedRange<Int>, used: Int, of group: Int) {
        precondition(range.lowerBound >= 0 && range.upperBound < Self.limit, "a range outside of what a set can hold")
        guard used > 0 else { return }
        words = Array(repeating: 0, count: range.upperBound / 64 + 1)
        // A complete range is one group.
        let (used, group) = used == group ? (range.count, range.count) : (used, group)
        setBits(range.lowerBound...Swift.min(range.upperBound, range.lowerBound + used - 1))
        var copied = group
        while copied <= range.upperBound - range.lowerBound {
            copyBits(from: range.lowerBound, count: copied)
            copied *= 2
        }
        words[words.count - 1] &= .max >> UInt64(63 - range.upperBound % 64)
        dropZeroWords()
    }

    /// Whether the set is empty.
    public var isEmpty: Bool { words.isEmpty }

    /// The number of CPUs.
    public var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

    /// The highest CPU, or nil.
    public var last: Int? {
        words.last.map { words.count * 64 - 1 - $0.leadingZeroBitCount }
    }

    /// Returns whether the set contains the CPU.
    public func contains(_ cpu: Int) -> Bool {
        cpu >= 0 && cpu / 64 < words.count && words[cpu / 64] & (1 << UInt64(cpu % 64)) != 0
    }

    /// Adds a CPU.
    @discardableResult
    public mutating func insert(_ cpu: Int) -> (inserted: Bool, memberAfterInsert: Int) {
        precondition(cpu >= 0 && cpu < Self.limit, "CPU number outside of what a set can hold")
        while words.count <= cpu / 64 { words.append(0) }
        let bit: UInt64 = 1 << UInt64(cpu % 64)
        defer { words[cpu / 64] |= bit }
        return (words[cpu / 64] & bit == 0, cpu)
    }

    /// Removes a CPU, and returns it if the set contained it.
    @discardableResult
    public mutating func remove(_ cpu: Int) -> Int? {
        guard contains(cpu) else { return nil }
        words[cpu / 64] &= ~(1 << UInt64(cpu % 64))
        dropZeroWords()
        return cpu
    }

    /// Adds the CPUs of another set.
    public mutating func formUnion(_ other: CPUSet) {
        if words.count < other.words.count { words += repeatElement(0, count: other.words.count - words.count) }
        for index in other.words.indices { words[index] |= other.words[index] }
    }

    /// Returns the lowest CPU that the other set lacks; nil when it has all of them.
    func first(missingIn other: CPUSet) -> Int? {
        for index in words.indices {
            let missing = words[index] & ~(index < other.words.count ? other.words[index] : 0)
            if missing != 0 { return index * 64 + missing.trailingZeroBitCount }
        }
        return nil
    }

    /// Returns the CPUs in either set.
    public func union(_ other: CPUSet) -> CPUSet { combined(with: other, |) }

    /// Returns the CPUs in both sets.
    public func intersection(_ other: CPUSet) -> CPUSet { combined(with: other, &) }

    /// Returns the CPUs that are not in the other set.
    public func subtracting(_ other: CPUSet) -> CPUSet { combined(with: other) { $0 & ~$1 } }

    /// Returns the CPUs in exactly one of the sets.
    public func symmetricDifference(_ other: CPUSet) -> CPUSet { combined(with: other, ^) }

    private func combined(with other: CPUSet, _ operation: (UInt64, UInt64) -> UInt64) -> CPUSet {
        var result = CPUSet()
        result.words = (0..<Swift.max(words.count, other.words.count)).map { index in
            operation(
                index < words.count ? words[index] : 0,
                index < other.words.count ? other.words[index] : 0)
        }
        result.dropZeroWords()
        return result
    }

    private mutating func setBits(_ range: ClosedRange<Int>) {
        for index in range.lowerBound / 64...range.upperBound / 64 {
            let first = Swift.max(range.lowerBound - index * 64, 0)
            let last = Swift.min(range.upperBound - index * 64, 63)
            words[index] |= (.max << UInt64(first)) & (.max >> UInt64(63 - last))
        }
    }

    /// Copies `count` bits from `start` to the position directly above them; from the top, so that it never reads its
    /// own copy.
    private mutating func copyBits(from start: Int, count: Int) {
        let (whole, rest) = count.quotientAndRemainder(dividingBy: 64)
        let top = Swift.min(words.count - 1, (start + 2 * count - 1) / 64)
        for index in stride(from: top, through: (start + count) / 64, by: -1) {
            var moved = words[index - whole] << UInt64(rest)
            if rest > 0, index > whole { moved |= words[index - whole - 1] >> UInt64(64 - rest) }
            words[index] |= moved
        }
    }

    private mutating func dropZeroWords() {
        while words.last == 0 { words.removeLast() }
    }
}

extension CPUSet: SetAlgebra {
    /// Adds a CPU, and returns it if the set contained it.
    @discardableResult
    public mutating func update(with cpu: Int) -> Int? { insert(cpu).inserted ? nil : cpu }

    /// Removes the CPUs that are not in the other set.
    public mutating func formIntersection(_ other: CPUSet) { self = intersection(other) }

    /// Replaces the set with the CPUs in exactly one of the sets.
    public mutating func formSymmetricDifference(_ other: CPUSet) { self = symmetricDifference(other) }
}

extension CPUSet: ExpressibleByStringLiteral {
    /// Creates a set from a list in the kernel's format that is valid on any machine: "0-3,8", "0-31:2/4", "all".
    ///
    /// Any other literal is a programming error. For a text from elsewhere use ``init(parsing:possible:)``.
    public init(stringLiteral list: String) {
        do throws(ParsingError) {
            try self.init(kernelList: list)
        } catch {
            preconditionFailure("invalid list of CPUs: \(error)")
        }
    }
}

extension CPUSet: Sequence {
    /// An iterator over the CPUs in ascending order.
    public struct Iterator: IteratorProtocol {
        private let words: [UInt64]
        private var index = 0
        private var rest: UInt64

        init(words: [UInt64]) {
            self.words = words
            rest = words.first ?? 0
        }

        /// Returns the next CPU, or nil.
        public mutating func next() -> Int? {
            while rest == 0 {
                index += 1
                guard index < words.count else { return nil }
                rest = words[index]
            }
            defer { rest &= rest &- 1 }
            return index * 64 + rest.trailingZeroBitCount
        }
    }

    /// Returns an iterator over the CPUs in ascending order.
    public func makeIterator() -> Iterator { Iterator(words: words) }
}

extension CPUSet: CustomStringConvertible {
    /// The normalised list: ascending, ranges joined, "" for the empty set, "all" for ``all``.
    public var description: String {
        if self == .all { return "all" }
        var ranges: [ClosedRange<Int>] = []
        for cpu in self {
            if let range = ranges.last, range.upperBound + 1 == cpu {
                ranges[ranges.count - 1] = range.lowerBound...cpu
            } else {
                ranges.append(cpu...cpu)
            }
        }
        return ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
            .joined(separator: ",")
    }
}
