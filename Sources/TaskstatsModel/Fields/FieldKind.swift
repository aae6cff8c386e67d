/// The representation of a field in struct taskstats, which also determines its form in JSON.
@nonexhaustive
public enum FieldKind: String, Sendable, CaseIterable {
    /// Unsigned integers of one, two, four and eight bytes: a JSON integer.
    case u8, u16, u32, u64
    /// A signed byte: a JSON integer.
    case i8
    /// An eight-byte number that only identifies: a JSON string of decimal digits.
    case identifier
    /// A device number in eight bytes: a JSON string, "major:minor".
    case device
    /// A command name in 32 bytes, up to the first NUL: a JSON string.
    case command
    /// Seconds and nanoseconds since 1970 in sixteen bytes: one JSON integer, in nanoseconds.
    case timestamp

    /// The size of the field in the struct, in bytes.
    public var width: Int {
        switch self {
        case .u8, .i8: 1
        case .u16: 2
        case .u32: 4
        case .u64, .identifier, .device: 8
        case .timestamp: 16
        case .command: 32
        }
    }
}

/// The unit of a field.
@nonexhaustive
public enum FieldUnit: String, Sendable, CaseIterable {
    /// Not a quantity.
    case none = "none"
    /// A number of events.
    case count = "count"
    /// Nanoseconds.
    case nanoseconds = "ns"
    /// Microseconds.
    case microseconds = "us"
    /// Seconds since 1970.
    case epochSeconds = "s since 1970"
    /// Nanoseconds since 1970.
    case epochNanoseconds = "ns since 1970"
    /// Bytes.
    case bytes = "bytes"
    /// Units of 1,024 bytes.
    case kibibytes = "KiB"
    /// Mebibytes times microseconds.
    case mebibyteMicroseconds = "MiB*us"
    /// A user id in the initial user namespace.
    case userID = "uid"
    /// A group id in the initial user namespace.
    case groupID = "gid"
    /// A process or thread id in the initial pid namespace.
    case processID = "pid"
}

/// A group of fields that a client can request by one name, and that access rules withhold together.
@nonexhaustive
public enum FieldGroup: String, Sendable, CaseIterable {
    /// The identity of the task.
    case identity
    /// CPU time used.
    case cpu
    /// Numbers and totals of waits.
    case delay
    /// Faults and memory.
    case memory
    /// Bytes and system calls of reads and writes.
    case io
    /// Context switches.
    case context
    /// Start time and age.
    case time
    /// The longest and shortest single waits, and the end of the longest.
    case extreme
}
