import CLinux
import Glibc
import LinuxSystem
import Netlink
import TaskstatsModel

/// What /proc shows about a process at one time.
package struct ProcessSnapshot: Sendable {
    /// The command line; nil when the process has none, or when it was not to be read.
    package var commandLine: ProcessCommandLine?
    /// Paths that may be its executable.
    package var candidates: [ExecutableCandidate] = []
    /// The control group; nil if it could not be read.
    package var cgroup: ControlGroup?
    /// The command name.
    package var command: ProcessEvent.CommandName
    /// The parent; 0 for a process without one.
    package var parent: UInt32
    /// The session.
    package var session: UInt32
    /// The start, in monotonic nanoseconds.
    package var start: UInt64
    /// The effective user.
    package var uid: UInt32
    /// The effective group.
    package var gid: UInt32
    /// Whether the process is ending, or has ended.
    package var isExiting = false
    /// When it was read, in monotonic nanoseconds.
    package var readAt: UInt64 = 0

    /// Creates a snapshot.
    package init(
        commandLine: ProcessCommandLine? = nil, candidates: [ExecutableCandidate] = [], cgroup: ControlGroup? = nil,
        command: String, parent: UInt32, session: UInt32, start: UInt64, uid: UInt32 = 0, gid: UInt32 = 0
    ) {
        self.init(
            ProcessStat(
                command: ProcessEvent.CommandName(command.utf8), parent: parent, session: session, start: start),
            uid: uid, gid: gid)
        self.commandLine = commandLine
        self.candidates = candidates
        self.cgroup = cgroup
    }

    init(_ stat: ProcessStat, uid: UInt32, gid: UInt32) {
        command = stat.command
        parent = stat.parent
        session = stat.session
        start = stat.start
        self.uid = uid
        self.gid = gid
    }
}

/// The directory of a process in /proc; what is read through it belongs to one process, however its id is used later.
package struct ProcessDirectory: ~Copyable {
    private let directory: Descriptor
    /// The effective user.
    package let uid: UInt32
    private let gid: UInt32

    /// Opens the directory of a process; nil when it is gone.
    package init?(pid: UInt32) {
        let flags = O_DIRECTORY | Int32(clinux_o_path)
        guard let opened = try? unsafe Descriptor(clinux_open_at(AT_FDCWD, "/proc/\(pid)", flags), of: "open") else {
            return nil
        }
        var status = stat()
        guard unsafe fstat(opened.number, &status) == 0 else { return nil }
        directory = opened
        uid = status.st_uid
        gid = status.st_gid
    }

    /// Reads what is known about the process; nil when it is gone.
    ///
    /// The command line is in the memory of the process, which its owner can arrange so that reading it does not return.
    package func read(commandLine: Bool, cgroup: Bool = true, _ caches: inout ProcessReadingCaches) -> ProcessSnapshot?
    {
        // The command line is gone first, when the process ends.
        let text = commandLine ? bytes("cmdline", limit: ProcessCommandLine.byteLimit + 1) : nil
        let group = cgroup ? bytes("cgroup", limit: 16_384) : nil
        guard let stat = bytes("stat", limit: 1_024).flatMap(ProcessStat.init) else { return nil }
        var snapshot = ProcessSnapshot(stat, uid: uid, gid: gid)
        snapshot.isExiting = stat.isExiting
        snapshot.readAt = SystemClock.monotonicNanoseconds
        snapshot.commandLine = text.flatMap { ProcessCommandLine(kernelText: $0) }
        snapshot.cgroup = group.flatMap { caches.cgroup(in: $0) }
        // Of a process that is ending, hierarchies of version 1 show the root.
        if stat.isExiting, snapshot.cgroup?.pathBytes == [UInt8(ascii: "/")] { snapshot.cgroup = nil }
        if let commandLine = snapshot.commandLine {
            snapshot.candidates = caches.executables.candidates(for: commandLine, command: stat.command)
        }
        return snapshot
    }

    private func bytes(_ name: String, limit: Int) -> [UInt8]? {
        unsafe withUnsafeTemporaryAllocation(byteCount: limit, alignment: 1) { buffer in
            let count = unsafe clinux_read_at(directory.number, name, buffer.baseAddress, limit)
            return count < 0 ? nil : unsafe Array(buffer.prefix(count))
        }
    }
}

/// What earlier readings have in common with later ones.
package struct ProcessReadingCaches {
    var executables = ExecutableFinder()
    /// The control groups in the last texts of the kernel.
    private var cgroups: [[UInt8]: ControlGroup] = [:]
    private static let cacheLimit = 256

    /// Creates empty caches.
    package init() {}

    mutating func cgroup(in text: [UInt8]) -> ControlGroup? {
        if let known = cgroups[text] { return known }
        guard let new = ControlGroup(kernelText: text) else { return nil }
        if cgroups.count >= Self.cacheLimit { cgroups.removeAll() }
        cgroups[text] = new
        return new
    }
}

/// The contents of /proc/PID/stat, as far as they matter here.
struct ProcessStat {
    var command: ProcessEvent.CommandName
    var parent: UInt32
    var session: UInt32
    /// The start, in monotonic nanoseconds.
    var start: UInt64
    /// Whether the process is ending, or has ended.
    var isExiting = false

    init(command: ProcessEvent.CommandName, parent: UInt32, session: UInt32, start: UInt64) {
        self.command = command
        self.parent = parent
        self.session = session
        self.start = start
    }

    /// Parses the text; the command name is in parentheses, and may contain any others.
    init?(_ text: [UInt8]) {
        guard let first = text.firstIndex(of: UInt8(ascii: "(")), let last = text.lastIndex(of: UInt8(ascii: ")")),
            first < last
        else { return nil }
        command = ProcessEvent.CommandName(text[(first + 1)..<last])
        let fields = text[(last + 1)...].split(separator: UInt8(ascii: " "))
        // Behind the name: state, parent, group, session, two more, flags, and, as the 20th, the start in ticks since the
        // machine started.
        let (parentIndex, sessionIndex, flagsIndex, startIndex) = (1, 3, 6, 19)
        let exiting: UInt64 = 4
        guard fields.count > startIndex, let parent = Self.number(fields[parentIndex]),
            let session = Self.number(fields[sessionIndex]), let ticks = Self.number(fields[startIndex])
        else { return nil }
        self.parent = UInt32(clamping: parent)
        isExiting = (Self.number(fields[flagsIndex]) ?? 0) & exiting != 0
        // A process that belongs to no session of this pid namespace has session 0.
        self.session = UInt32(clamping: session)
        let sinceBoot = ticks &* Self.tickNanoseconds
        start = sinceBoot - min(sinceBoot, SystemClock.sleptNanoseconds)
    }

    private static let tickNanoseconds = 1_000_000_000 / UInt64(max(sysconf(Int32(_SC_CLK_TCK)), 1))

    private static func number(_ text: some Sequence<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        for byte in text {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            value = value &* 10 &+ UInt64(byte - UInt8(ascii: "0"))
        }
        return value
    }
}
