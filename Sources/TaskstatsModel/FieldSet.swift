/// A set of members of struct taskstats: what a record carries, what a client asked for, what it is denied.
public struct FieldSet: Hashable, Sendable {
    /// One bit per field, by its raw value.
    @usableFromInline var bits: UInt128

    private init(bits: UInt128) { self.bits = bits }

    /// The empty set.
    public init() { bits = 0 }

    /// The set of these fields.
    public init(_ fields: some Sequence<Field>) {
        self.init()
        for field in fields { insert(field) }
    }

    /// Every field there is.
    public static let all = FieldSet(Field.allCases)

    /// The fields of one group.
    public init(group: FieldGroup) {
        self = Self.byGroup[group] ?? FieldSet()
    }

    /// The field of that name, or the fields of the group of that name; nil when there is neither.
    public init?(named name: String) {
        if let group = FieldGroup(rawValue: name) {
            self.init(group: group)
        } else if let field = Field(name: name) {
            self.init([field])
        } else {
            return nil
        }
    }

    private static let byGroup = Dictionary(grouping: Field.allCases, by: \.group).mapValues(FieldSet.init)

    /// Whether there is none.
    public var isEmpty: Bool { bits == 0 }

    /// Calls `body` with the raw value of each field, in the order of struct taskstats.
    @inlinable @inline(__always)
    package func forEachRawValue(_ body: (Int) -> Void) {
        var low = UInt64(truncatingIfNeeded: bits)
        while low != 0 {
            body(low.trailingZeroBitCount)
            low &= low &- 1
        }
        var high = UInt64(truncatingIfNeeded: bits >> 64)
        while high != 0 {
            body(64 + high.trailingZeroBitCount)
            high &= high &- 1
        }
    }

    /// How many there are.
    public var count: Int { bits.nonzeroBitCount }

    /// Whether the field is one of them.
    public func contains(_ field: Field) -> Bool { bits & (1 << UInt128(field.rawValue)) != 0 }

    /// Adds a field.
    public mutating func insert(_ field: Field) { bits |= 1 << UInt128(field.rawValue) }

    /// Adds the field of that raw value, which must be one.
    @inlinable
    package mutating func insert(rawValue: Int) { bits |= 1 << UInt128(truncatingIfNeeded: rawValue) }

    /// The fields in either set.
    public func union(_ other: FieldSet) -> FieldSet { FieldSet(bits: bits | other.bits) }

    /// The fields in both sets.
    public func intersection(_ other: FieldSet) -> FieldSet { FieldSet(bits: bits & other.bits) }

    /// The fields that are not in the other set.
    public func subtracting(_ other: FieldSet) -> FieldSet { FieldSet(bits: bits & ~other.bits) }
}

extension FieldSet: Sequence {
    /// Walks the fields in the order of struct taskstats.
    public struct Iterator: IteratorProtocol {
        private var low: UInt64
        private var high: UInt64

        init(_ set: FieldSet) {
            low = UInt64(truncatingIfNeeded: set.bits)
            high = UInt64(truncatingIfNeeded: set.bits >> 64)
        }

        /// The next field, or nil.
        public mutating func next() -> Field? {
            let index: Int
            if low != 0 {
                index = low.trailingZeroBitCount
                low &= low &- 1
            } else if high != 0 {
                index = 64 + high.trailingZeroBitCount
                high &= high &- 1
            } else {
                return nil
            }
            return Field(rawValue: UInt8(truncatingIfNeeded: index))
        }
    }

    /// Walks the fields in the order of struct taskstats.
    public func makeIterator() -> Iterator { Iterator(self) }
}

extension FieldSet: ExpressibleByArrayLiteral {
    /// The set of these fields.
    public init(arrayLiteral fields: Field...) { self.init(fields) }
}
