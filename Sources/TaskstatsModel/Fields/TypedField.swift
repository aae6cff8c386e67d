/// A field of struct taskstats with the Swift type of its value.
public struct TypedField<Value: Sendable>: Sendable {
    /// The field.
    public let field: Field
    fileprivate let read: @Sendable (borrowing TaskRecord, Field) -> Value?

    private init(_ field: Field, reading read: @escaping @Sendable (borrowing TaskRecord, Field) -> Value?) {
        self.field = field
        self.read = read
    }
}

extension TaskRecord {
    /// The typed value of a field; nil when it is absent.
    public subscript<Value>(member: TypedField<Value>) -> Value? { member.read(self, member.field) }

    /// The value of a field in ``TypedFields``, as a property; nil when it is absent.
    public subscript<Value>(dynamicMember member: KeyPath<TypedFields, TypedField<Value>>) -> Value? {
        self[TypedFields.all[keyPath: member]]
    }

    /// The value of the integer field with this kernel name; nil when it is absent, is text, or does not exist.
    public subscript(name: String) -> UInt64? { Field(name: name).flatMap { self[$0] } }
}

extension TypedField where Value == Duration {
    init(_ field: Field) {
        self.init(field) { record, field in
            switch field.unit {
            case .nanoseconds: record[field].map { Duration(count: $0, perSecond: 1_000_000_000) }
            case .microseconds: record[field].map { Duration(count: $0, perSecond: 1_000_000) }
            default: nil
            }
        }
    }
}

extension TypedField where Value == Timestamp {
    /// The kernel's 0 means no such time.
    init(_ field: Field) {
        self.init(field) { record, field in
            guard let value = record[field], value != 0 else { return nil }
            switch field.unit {
            case .epochSeconds: return Timestamp(seconds: value)
            case .epochNanoseconds: return Timestamp(nanosecondsSince1970: value)
            default: return nil
            }
        }
    }
}

extension TypedField where Value == UInt64 {
    /// Converts sizes to bytes; leaves other values in the kernel's unit.
    init(_ field: Field) {
        self.init(field) { record, field in
            record[field].map { field.unit == .kibibytes ? $0 &* 1_024 : $0 }
        }
    }
}

extension TypedField where Value: FixedWidthInteger {
    init(_ field: Field) {
        self.init(field) { record, field in record[field].map(Value.init(truncatingIfNeeded:)) }
    }
}

extension TypedField where Value == String {
    init(_ field: Field) {
        self.init(field) { record, _ in record.command }
    }
}

extension TypedField where Value == DeviceNumber {
    init(_ field: Field) {
        self.init(field) { record, field in record[field].map(DeviceNumber.init(encoded:)) }
    }
}

extension TypedField where Value == AccountingFlags {
    init(_ field: Field) {
        self.init(field) { record, _ in record.flags }
    }
}

extension Duration {
    /// Creates a duration from fractions of a second, over the full range of the kernel's counters.
    fileprivate init(count: UInt64, perSecond: UInt64) {
        let attoseconds = count % perSecond * (1_000_000_000_000_000_000 / perSecond)
        self.init(secondsComponent: Int64(count / perSecond), attosecondsComponent: Int64(attoseconds))
    }
}
