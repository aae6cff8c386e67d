/// What a process ran, where it belonged, and which processes started it.
///
/// A value that is not known is absent, never guessed; ``Sources`` names how each of the others became known. It does
/// not change once created, so one object serves all records of a process.
public final class ProcessOrigin: Sendable {
    /// How a value became known.
    @nonexhaustive
    public enum Source: String, Hashable, Sendable, CaseIterable {
        /// Read when the process executed its program.
        case exec
        /// Inherited from the parent when it forked.
        case fork
        /// Read when the process had ended and was not yet reaped.
        case exit
        /// Read from a process that was already running.
        case scan
    }

    /// The source of each value; nil for a value that is absent.
    public struct Sources: Hashable, Sendable {
        /// The source of the command line and the executable.
        public var command: Source?
        /// The source of the cgroup, from which unit and container follow.
        public var cgroup: Source?
        /// The source of the parents.
        public var parents: Source?
        /// The source of the start time.
        public var started: Source?
        /// The source of the session.
        public var session: Source?

        /// Creates the sources of an origin without values.
        public init() {}
    }

    /// A process that started this one, or one of its parents.
    public struct Parent: Hashable, Sendable {
        /// The process id.
        public let pid: UInt32
        /// The command name when it forked, as bytes; empty if unknown.
        public let commandBytes: [UInt8]
        /// Its effective user at that time, which determines the clients that can see it; nil if unknown.
        package let uid: UInt32?

        /// The command name when it forked, with U+FFFD for anything that is not UTF-8.
        public var command: String { String(decoding: commandBytes, as: UTF8.self) }

        /// Creates a parent.
        public init(pid: UInt32, command: String) {
            self.init(pid: pid, commandBytes: Array(command.utf8), uid: nil)
        }

        package init(pid: UInt32, commandBytes: [UInt8], uid: UInt32?) {
            self.pid = pid
            self.commandBytes = commandBytes
            self.uid = uid
        }
    }

    /// The command line; nil if unknown, and when the process cannot have one, as a kernel thread.
    public let commandLine: ProcessCommandLine?
    /// The path of the executable, confirmed by device and inode of the record.
    public let executable: String?
    /// The control group; nil if unknown.
    public let cgroup: ControlGroup?
    /// The processes that started it, nearest first, at most ``parentLimit``; nil if unknown.
    public let parents: [Parent]?
    /// The start of the process, in nanoseconds since 1970; nil if unknown.
    public let startedNanoseconds: UInt64?
    /// The session, named by the process id of its leader; nil if unknown.
    public let session: UInt32?
    /// How the values became known.
    public let sources: Sources

    /// The user of the execution, which determines the clients that can see the command line; nil if unknown, and for a program
    /// that changes the user.
    package let commandUID: UInt32?

    /// The maximum number of parents.
    public static let parentLimit = 8

    /// The start of the process.
    public var started: Timestamp? { startedNanoseconds.map { Timestamp(nanosecondsSince1970: $0) } }
    /// The systemd unit of the control group, for example `nginx.service` or `user@1000.service/app.service`.
    public var unit: String? { cgroup?.unit }
    /// The container of the control group.
    public var container: Container? { cgroup?.container }

    /// Creates an origin with these values.
    public convenience init(
        commandLine: ProcessCommandLine? = nil, executable: String? = nil, cgroup: ControlGroup? = nil,
        parents: [Parent]? = nil, startedNanoseconds: UInt64? = nil, session: UInt32? = nil, sources: Sources
    ) {
        self.init(
            commandLine: commandLine, executable: executable, cgroup: cgroup, parents: parents,
            startedNanoseconds: startedNanoseconds, session: session, sources: sources, commandUID: nil)
    }

    package init(
        commandLine: ProcessCommandLine?, executable: String?, cgroup: ControlGroup?, parents: [Parent]?,
        startedNanoseconds: UInt64?, session: UInt32?, sources: Sources, commandUID: UInt32?
    ) {
        self.commandLine = commandLine
        self.executable = executable
        self.cgroup = cgroup
        self.parents = parents
        self.startedNanoseconds = startedNanoseconds
        self.session = session
        self.sources = sources
        self.commandUID = commandUID
    }
}

extension ProcessOrigin: Hashable {
    /// Returns whether all values and sources are equal.
    public static func == (one: ProcessOrigin, other: ProcessOrigin) -> Bool {
        one === other
            || one.commandLine == other.commandLine && one.executable == other.executable && one.cgroup == other.cgroup
                && one.parents == other.parents && one.startedNanoseconds == other.startedNanoseconds
                && one.session == other.session && one.sources == other.sources
    }

    /// Hashes the values that differ between most processes.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(commandLine)
        hasher.combine(startedNanoseconds)
    }
}
