/// How a member is held in struct taskstats, which also decides how JSON writes it.
public enum FieldKind: String, Sendable, CaseIterable {
    /// Unsigned integers of one, two, four and eight bytes: a JSON integer.
    case u8, u16, u32, u64
    /// A signed byte: a JSON integer.
    case i8
    /// A number that only identifies, in eight bytes: a JSON string of decimal digits.
    case identifier
    /// A device number in eight bytes: a JSON string, "major:minor".
    case device
    /// A command name in 32 bytes, up to the first NUL: a JSON string.
    case command
    /// Seconds and nanoseconds since 1970 in sixteen bytes: one JSON integer, in nanoseconds.
    case timestamp

    /// The bytes that the member takes in the struct.
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

/// What the number of a member counts.
public enum FieldUnit: String, Sendable, CaseIterable {
    /// Not a quantity.
    case none = "none"
    /// How many times.
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

/// A family of members that a client can ask for by one name, and that access rules withhold together.
public enum FieldGroup: String, Sendable, CaseIterable {
    /// Who the task is.
    case identity
    /// CPU time used.
    case cpu
    /// Counts and totals of waiting.
    case delay
    /// Faults and memory.
    case memory
    /// Bytes and system calls of reading and writing.
    case io
    /// Context switches.
    case context
    /// Start and age.
    case time
    /// The longest and shortest single waits, and when the longest ended.
    case extreme
}
