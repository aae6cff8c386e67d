/// A set of fields of struct taskstats: the contents of a record, of a request, or of a redaction.
public struct FieldSet: Hashable, Sendable {
    /// One bit per field, by its raw value.
    @usableFromInline var bits: UInt128

    private init(bits: UInt128) { self.bits = bits }

    /// Creates an empty set.
    public init() { bits = 0 }

    /// Creates a set of these fields.
    public init(_ fields: some Sequence<Field>) {
        self.init()
        for field in fields { insert(field) }
    }

    /// The bits as words, for storage.
    package typealias Words = SIMD2<UInt64>
    package var words: Words { Words(UInt64(truncatingIfNeeded: bits), UInt64(truncatingIfNeeded: bits >> 64)) }

    /// Creates a set from its words.
    package init(words: Words) { self.init(bits: UInt128(words.x) | UInt128(words.y) << 64) }

    /// All fields.
    public static let all = FieldSet(Field.allCases)

    /// Creates the set of a group's fields.
    public init(group: FieldGroup) {
        self = Self.byGroup[group] ?? FieldSet()
    }

    /// Creates the set of the field or group with this name; nil when there is neither.
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

    /// Whether the set is empty.
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

    /// The number of fields.
    public var count: Int { bits.nonzeroBitCount }

    /// Returns whether the set contains the field.
    public func contains(_ field: Field) -> Bool { bits & (1 << UInt128(field.rawValue)) != 0 }

    /// Adds a field.
    @discardableResult
    public mutating func insert(_ field: Field) -> (inserted: Bool, memberAfterInsert: Field) {
        defer { insert(rawValue: Int(field.rawValue)) }
        return (!contains(field), field)
    }

    /// Removes a field, and returns it if the set contained it.
    @discardableResult
    public mutating func remove(_ field: Field) -> Field? {
        guard contains(field) else { return nil }
        bits &= ~(1 << UInt128(field.rawValue))
        return field
    }

    /// Adds the field with a raw value, which must be valid.
    @inlinable
    package mutating func insert(rawValue: Int) { bits |= 1 << UInt128(truncatingIfNeeded: rawValue) }

    /// Returns the fields in either set.
    public func union(_ other: FieldSet) -> FieldSet { FieldSet(bits: bits | other.bits) }

    /// Returns the fields in both sets.
    public func intersection(_ other: FieldSet) -> FieldSet { FieldSet(bits: bits & other.bits) }

    /// Returns the fields that are not in the other set.
    public func subtracting(_ other: FieldSet) -> FieldSet { FieldSet(bits: bits & ~other.bits) }

    /// Returns the fields in exactly one of the sets.
    public func symmetricDifference(_ other: FieldSet) -> FieldSet { FieldSet(bits: bits ^ other.bits) }
}

extension FieldSet: SetAlgebra {
    /// Adds a field, and returns it if the set contained it.
    @discardableResult
    public mutating func update(with field: Field) -> Field? { insert(field).inserted ? nil : field }

    /// Adds the fields of another set.
    public mutating func formUnion(_ other: FieldSet) { bits |= other.bits }

    /// Removes the fields that are not in the other set.
    public mutating func formIntersection(_ other: FieldSet) { bits &= other.bits }

    /// Replaces the set with the fields in exactly one of the sets.
    public mutating func formSymmetricDifference(_ other: FieldSet) { bits ^= other.bits }
}

extension FieldSet: Sequence {
    /// An iterator over the fields in the order of struct taskstats.
    public struct Iterator: IteratorProtocol {
        private var low: UInt64
        private var high: UInt64

        init(_ set: FieldSet) {
            low = UInt64(truncatingIfNeeded: set.bits)
            high = UInt64(truncatingIfNeeded: set.bits >> 64)
        }

        /// Returns the next field, or nil.
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

    /// Returns an iterator over the fields in the order of struct taskstats.
    public func makeIterator() -> Iterator { Iterator(self) }
}

extension FieldSet: ExpressibleByArrayLiteral {
    /// Creates a set of these fields.
    public init(arrayLiteral fields: Field...) { self.init(fields) }
}
