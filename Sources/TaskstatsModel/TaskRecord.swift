/// What the kernel counted for one task, or for one process as a whole.
///
/// A record holds one struct taskstats in the newest layout and the set of members that are really there: a member that
/// the kernel's struct version lacks, or that the kernel does not fill for this kind of record, is absent, never 0.
/// Every member is a property by the kernel's name in camel case, with a type that has its unit: see ``TypedFields``.
/// It is a plain value of some 700 bytes without references: copying allocates nothing.
@dynamicMemberLookup
public struct TaskRecord: Sendable {
    /// Whom the record describes.
    public enum Kind: Sendable {
        /// One task: a thread, or a single-threaded process.
        case task
        /// All threads of a process summed up.
        case process
    }

    /// Whom the record describes.
    public let kind: Kind
    /// The members that carry a value.
    public package(set) var present: FieldSet
    var storage: Storage

    /// A record without any member.
    public init(kind: Kind) {
        self.kind = kind
        present = FieldSet()
        storage = Storage()
    }

    /// The value of an integer member; nil when it is absent or is text.
    ///
    /// Units are those of ``Field/unit``. `ac_nice` comes sign-extended; ``niceness`` is the number people know.
    public subscript(field: Field) -> UInt64? {
        guard present.contains(field), field.kind != .command else { return nil }
        return storage.integer(field.kind, at: field.offset)
    }
}

extension TaskRecord {
    /// The command name as the kernel holds it: the bytes up to the first NUL, in no certain encoding.
    public var commandBytes: [UInt8]? {
        guard present.contains(.acComm) else { return nil }
        return storage.command
    }

    /// The command name, with U+FFFD for whatever is not UTF-8.
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

    /// How the task ended; nil where the struct version does not say.
    public var exitStatus: ExitStatus? {
        self[.acExitcode].map { ExitStatus(waitStatus: UInt32(truncatingIfNeeded: $0), flags: flags ?? []) }
    }

    /// The device of the executable.
    public var executableDevice: DeviceNumber? {
        self[.acExeDev].map(DeviceNumber.init(encoded:))
    }
}

extension TaskRecord: Equatable {
    /// Two records are equal when they are of the same kind, carry the same members and all of these agree.
    public static func == (left: TaskRecord, right: TaskRecord) -> Bool {
        left.kind == right.kind && left.present == right.present
            && left.present.allSatisfy { left[$0] == right[$0] }
            && left.commandBytes == right.commandBytes
    }
}

extension TaskRecord {
    /// Lends the struct in the newest layout, for a reader that walks the table itself.
    @inline(__always)
    package func withUnsafeBytes<Result: ~Copyable>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        unsafe storage.withBytes(body)
    }

    /// Lends the struct in the newest layout to a writer that walks the table itself and returns what it wrote.
    @inline(__always)
    package mutating func fill<Failure: Error>(
        _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> FieldSet
    ) throws(Failure) {
        present = present.union(try unsafe storage.withMutableBytes(body))
    }
}
