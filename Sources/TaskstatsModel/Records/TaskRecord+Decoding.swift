extension TaskRecord {
    /// The reason why bytes are not a struct taskstats.
    package enum DecodingError: Error, Equatable {
        /// They are too short to hold even the version.
        case tooShort(Int)
        /// They have version 0, and the actual version is unknown.
        case unknownVersion
    }

    /// Decodes one struct taskstats of any version and length, aligned or not.
    ///
    /// The version determines the position of fields, the length their number. A longer struct than known is read as
    /// far as it is known, a shorter one as far as it extends. Older kernels leave version 0 in the record of a
    /// process; then `versionOfTask`, from the task's record in the same message, replaces it.
    package init(kernelBytes: RawSpan, kind: Kind, versionOfTask: UInt16? = nil) throws(DecodingError) {
        self.init(kind: kind)
        try read(kernelBytes, versionOfTask: versionOfTask)
    }

    /// Replaces the contents of the record with the values of one struct taskstats.
    package mutating func read(_ kernelBytes: RawSpan, versionOfTask: UInt16? = nil) throws(DecodingError) {
        present = FieldSet()
        implausible = FieldSet()
        hasUncountedDelays = false
        guard kernelBytes.byteCount >= 2 else { throw .tooShort(kernelBytes.byteCount) }
        storage.copy(kernelBytes, from: 0, to: 0, count: 2)
        var version = UInt16(truncatingIfNeeded: storage.integer(.u16, at: 0))
        if version == 0 {
            guard kind == .process, let versionOfTask, versionOfTask != 0 else { throw .unknownVersion }
            version = versionOfTask
        }

        let layout = FieldLayout.of(version: version)
        if layout.isCanonical {
            storage.copy(kernelBytes, from: 0, to: 0, count: layout.size)
        } else {
            for (field, offset) in layout.entries {
                storage.copy(kernelBytes, from: offset, to: field.offset, count: field.kind.width)
            }
        }
        storage.store(UInt64(version), .u16, at: 0)

        present = layout.fields(within: kernelBytes.byteCount)
        if kind == .process { present = present.intersection(Self.filledForProcesses) }
    }

    private static let filledForProcesses = FieldSet(Field.allCases.filter(\.isFilledInProcessRecords))

    /// Returns the known size of the struct of a version, in bytes.
    package static func structSize(ofVersion version: UInt16) -> Int { FieldLayout.of(version: version).size }

    /// The newest known version of the struct.
    package static var newestKnownVersion: UInt16 { FieldLayout.newestVersion }

    /// The struct version that the kernel filled; nil when a client omitted it.
    public var version: UInt16? { self[.version].map(UInt16.init(truncatingIfNeeded:)) }

    /// Sets an integer field.
    package mutating func set(_ field: Field, to value: UInt64) {
        storage.store(value, field.kind, at: field.offset)
        present.insert(field)
    }

    /// Sets the command name.
    package mutating func set(command: [UInt8]) {
        storage.store(command: command)
        present.insert(.acComm)
    }
}
