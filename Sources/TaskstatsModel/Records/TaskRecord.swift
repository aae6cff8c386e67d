/// The statistics of one task, or of a whole process.
///
/// A record holds one struct taskstats in the newest layout and the set of fields with a value: a field that the
/// kernel's struct version lacks, or that the kernel does not fill for this kind of record, is absent, never 0. Every
/// field is a property with the kernel's name in camel case and a type that includes its unit: see ``TypedFields``.
/// Copies share the struct until one of them changes.
@dynamicMemberLookup
public struct TaskRecord: Sendable {
    /// The subject of a record.
    @nonexhaustive
    public enum Kind: Sendable {
        /// One task: a thread, or a single-threaded process.
        case task
        /// All threads of a process, summed up.
        case process
    }

    /// The subject of the record.
    public let kind: Kind
    /// The fields with a value.
    public package(set) var present: FieldSet
    /// Fields that are absent because their values are impossible: a wait that is longer than the life of its task.
    ///
    /// If the total or the maximum of a ``WaitKind`` is implausible, all fields of the kind are here and none of them
    /// is in ``present``. ``implausibleValue(of:)`` returns the kernel's value.
    public package(set) var implausible = FieldSet()
    /// Whether fields are absent because `kernel.task_delayacct` is not known to have been on during the life of the
    /// task.
    ///
    /// These are the ``WaitKind/delayAccountingFields``. The kernel writes 0 there, and the true values are unknown.
    public package(set) var hasUncountedDelays = false
    var storage: Storage

    /// Creates a record without fields.
    public init(kind: Kind) {
        self.kind = kind
        present = FieldSet()
        storage = Storage()
    }

    /// The value of an integer field; nil when it is absent or is text.
    ///
    /// Units are those of ``Field/unit``. `ac_nice` is sign-extended; ``niceness`` is the usual number.
    public subscript(field: Field) -> UInt64? {
        guard present.contains(field), field.kind != .command else { return nil }
        return storage.integer(field.kind, at: field.offset)
    }
}

extension TaskRecord {
    /// The command name as stored by the kernel: the bytes up to the first NUL, in no particular encoding.
    public var commandBytes: [UInt8]? {
        guard present.contains(.acComm) else { return nil }
        return storage.command
    }

    /// The command name, with U+FFFD for anything that is not UTF-8.
    public var command: String? {
        commandBytes.map { String(decoding: $0, as: UTF8.self) }
    }

    /// The nice value, -20 to 19.
    public var niceness: Int? {
        self[.acNice].map { Int(Int8(truncatingIfNeeded: $0)) }
    }

    /// The accounting flags.
    public var flags: AccountingFlags? {
        self[.acFlag].map { AccountingFlags(rawValue: UInt8(truncatingIfNeeded: $0)) }
    }

    /// The exit status of the task; nil when the struct version lacks it.
    public var exitStatus: ExitStatus? {
        self[.acExitcode].map { ExitStatus(waitStatus: UInt32(truncatingIfNeeded: $0)) }
    }

    /// The device of the executable.
    public var executableDevice: DeviceNumber? {
        self[.acExeDev].map(DeviceNumber.init(encoded:))
    }
}

extension TaskRecord: Equatable {
    /// Compares the kind, the set of fields, and all values.
    public static func == (left: TaskRecord, right: TaskRecord) -> Bool {
        left.kind == right.kind && left.present == right.present && left.implausible == right.implausible
            && left.hasUncountedDelays == right.hasUncountedDelays
            && left.present.allSatisfy { left[$0] == right[$0] }
            && left.implausible.allSatisfy { left.implausibleValue(of: $0) == right.implausibleValue(of: $0) }
            && left.commandBytes == right.commandBytes
    }
}

extension TaskRecord {
    /// The size of the struct in the newest layout.
    package static let byteCount = Storage.size

    /// Provides read access to the struct in the newest layout, for code that walks the field table.
    @inline(__always)
    package func withUnsafeBytes<Result: ~Copyable>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        unsafe storage.withBytes(body)
    }

    /// Provides write access to the struct in the newest layout, for code that walks the field table and returns what
    /// it wrote.
    @inline(__always)
    package mutating func fill<Failure: Error>(
        _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> FieldSet
    ) throws(Failure) {
        present = present.union(try unsafe storage.withMutableBytes(body))
    }
}
