// Values that the kernel wrote and that are not facts. They are absent from the record; the reason and the kernel's
// value can be read here.

extension TaskRecord {
    /// The kinds of wait with at least one field in ``implausible``.
    public var implausibleWaits: [WaitKind] {
        implausible.isEmpty ? [] : WaitKind.allCases.filter { !$0.fields.intersection(implausible).isEmpty }
    }

    /// Returns the kernel's value of a field in ``implausible``; nil for any other field.
    public func implausibleValue(of field: Field) -> UInt64? {
        guard implausible.contains(field) else { return nil }
        return storage.integer(field.kind, at: field.offset)
    }

    /// Returns the kernel's value, plausible or not; nil when the kernel wrote none.
    package func kernelValue(of field: Field) -> UInt64? { self[field] ?? implausibleValue(of: field) }

    /// Makes fields absent and keeps their values as implausible ones.
    package mutating func setAside(_ fields: FieldSet) {
        implausible = implausible.union(fields.intersection(present))
        present = present.subtracting(fields)
    }

    /// Sets the value of an implausible field.
    package mutating func setImplausible(_ field: Field, to value: UInt64) {
        storage.store(value, field.kind, at: field.offset)
        implausible.insert(field)
        present = present.subtracting([field])
    }
}
