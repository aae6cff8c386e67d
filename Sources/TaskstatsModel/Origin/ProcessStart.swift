/// The start of a program: a process executed it.
public struct ProcessStart: Sendable, Equatable {
    /// The CPU on which the process executed the program.
    public var cpu: Int
    /// The number of the notification, from 1, among all starts on this CPU that the daemon received.
    public var sequence: UInt64
    /// The time of the execution, in nanoseconds since 1970.
    public var time: UInt64
    /// The time of the execution.
    public var moment: Timestamp { Timestamp(nanosecondsSince1970: time) }
    /// The process.
    public var pid: UInt32
    /// Its parent; nil if unknown.
    public var ppid: UInt32?
    /// Its real user; nil if unknown.
    public var uid: UInt32?
    /// Its real group; nil if unknown.
    public var gid: UInt32?
    /// The command name, as bytes; nil if unknown.
    public var commandBytes: [UInt8]?
    /// The command name, with U+FFFD for anything that is not UTF-8; nil if unknown.
    public var command: String? { commandBytes.map { String(decoding: $0, as: UTF8.self) } }
    /// What it ran, where it belongs, and who started it.
    public var origin: ProcessOrigin

    /// Creates a start.
    public init(
        cpu: Int, sequence: UInt64 = 0, time: UInt64 = 0, pid: UInt32, ppid: UInt32? = nil, uid: UInt32? = nil,
        gid: UInt32? = nil, commandBytes: [UInt8]? = nil, origin: ProcessOrigin
    ) {
        self.cpu = cpu
        self.sequence = sequence
        self.time = time
        self.pid = pid
        self.ppid = ppid
        self.uid = uid
        self.gid = gid
        self.commandBytes = commandBytes
        self.origin = origin
    }
}
