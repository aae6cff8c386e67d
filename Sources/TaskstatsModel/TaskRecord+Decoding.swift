extension TaskRecord {
    /// Why bytes are not a struct taskstats.
    package enum DecodingError: Error, Equatable {
        /// Too short to hold even the version.
        case tooShort(Int)
        /// Version 0, and nothing else says which one it is.
        case unknownVersion
    }

    /// Reads one struct taskstats, of any version and length, aligned or not.
    ///
    /// The version says where members stand; the length says how many are there. A longer struct than known is read as
    /// far as it is known, a shorter one as far as it goes. Older kernels leave version 0 in the record of a process;
    /// then `versionOfTask`, from the task's record in the same message, stands in for it.
    package init(kernelBytes: RawSpan, kind: Kind, versionOfTask: UInt16? = nil) throws(DecodingError) {
        self.init(kind: kind)
        try read(kernelBytes, versionOfTask: versionOfTask)
    }

    /// Takes over the values of one struct taskstats, in place of whatever the record held.
    package mutating func read(_ kernelBytes: RawSpan, versionOfTask: UInt16? = nil) throws(DecodingError) {
        present = FieldSet()
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
            for (field, offset) in layout.members {
                storage.copy(kernelBytes, from: offset, to: field.offset, count: field.kind.width)
            }
        }
        storage.store(UInt64(version), .u16, at: 0)

        present = layout.fields(within: kernelBytes.byteCount)
        if kind == .process { present = present.intersection(Self.filledForProcesses) }
    }

    private static let filledForProcesses = FieldSet(Field.allCases.filter(\.isFilledInProcessRecords))

    /// The bytes of the struct of a version, as far as it is known.
    package static func structSize(ofVersion version: UInt16) -> Int { FieldLayout.of(version: version).size }

    /// The newest version of the struct that is known.
    package static var newestKnownVersion: UInt16 { FieldLayout.newestVersion }

    /// The struct version that the kernel filled; nil when a client left it out.
    public var version: UInt16? { self[.version].map(UInt16.init(truncatingIfNeeded:)) }

    /// Sets an integer member.
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
