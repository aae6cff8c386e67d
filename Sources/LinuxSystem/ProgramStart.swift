import CLinux
import Glibc

/// A program to start with posix_spawn: its arguments, environment, standard descriptors and signals.
///
/// It inherits the standard descriptors that are not assigned. Other descriptors are closed in it, because everything
/// here opens them with O_CLOEXEC.
package struct ProgramStart {
    /// A file for a standard descriptor.
    package enum File {
        /// An open descriptor of this process.
        case descriptor(Int32)
        /// An existing file, opened with these flags.
        case path(String, flags: Int32)
        /// None: the descriptor is closed.
        case closed
    }

    /// The program, which is searched for in PATH if its name contains no slash, and its arguments.
    package let command: [String]
    /// The environment, by name; nil for that of this process.
    package var environment: [String: String]?
    /// The files of the standard descriptors, by number.
    package var files: [Int32: File] = [:]
    /// The signals that are blocked in the program.
    package var signalMask = Self.noSignals
    /// The signals, of those that this process ignores, that have their default action in the program.
    package var defaultSignals = Self.noSignals
    /// Whether the program leads a process group of its own.
    package var isGroupLeader = false

    /// No signals.
    package static var noSignals: sigset_t {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        return set
    }

    /// All signals.
    package static var allSignals: sigset_t {
        var set = sigset_t()
        unsafe sigfillset(&set)
        return set
    }

    /// Returns a set of one signal.
    package static func signals(_ number: Int32) -> sigset_t {
        var set = noSignals
        unsafe sigaddset(&set, number)
        return set
    }

    /// Describes a program with its arguments; the command must not be empty.
    package init(_ command: [String]) {
        precondition(!command.isEmpty, "a command has a program")
        self.command = command
    }

    /// Starts the program; the error of a missing program is ENOENT of posix_spawn.
    package func start() throws(SystemError) -> StartedProgram {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        for (number, file) in files.sorted(by: { $0.key < $1.key }) {
            switch file {
            case .descriptor(let source): unsafe posix_spawn_file_actions_adddup2(&actions, source, number)
            case .path(let path, let flags): unsafe posix_spawn_file_actions_addopen(&actions, number, path, flags, 0)
            case .closed: unsafe posix_spawn_file_actions_addclose(&actions, number)
            }
        }

        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var (mask, defaults) = (signalMask, defaultSignals)
        unsafe posix_spawnattr_setsigmask(&attributes, &mask)
        unsafe posix_spawnattr_setsigdefault(&attributes, &defaults)
        unsafe posix_spawnattr_setpgroup(&attributes, 0)
        let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | (isGroupLeader ? POSIX_SPAWN_SETPGROUP : 0)
        unsafe posix_spawnattr_setflags(&attributes, Int16(flags))

        var argv = unsafe command.map { unsafe strdup($0) } + [nil]
        var envp = unsafe (environment ?? [:]).map { unsafe strdup("\($0)=\($1)") } + [nil]
        defer { unsafe (argv + envp).forEach { unsafe free($0) } }
        var pid: pid_t = 0
        let error =
            environment == nil
            ? unsafe posix_spawnp(&pid, command[0], &actions, &attributes, &argv, clinux_environment())
            : unsafe posix_spawnp(&pid, command[0], &actions, &attributes, &argv, &envp)
        guard error == 0 else { throw SystemError("posix_spawn", errno: error) }
        return StartedProgram(pid: pid)
    }
}

/// A program that this process started and must reap.
package struct StartedProgram: Sendable {
    /// The process id.
    package let pid: pid_t

    /// Sends a signal.
    package func send(signal: Int32) { _ = kill(pid, signal) }

    /// Waits for the end; returns the status in the form of waitpid.
    package func wait() throws(SystemError) -> UInt32 {
        var status: Int32 = 0
        while unsafe waitpid(pid, &status, 0) < 0 {
            guard errno == EINTR else { throw .last("waitpid") }
        }
        return UInt32(bitPattern: status)
    }

    /// Returns the status if the program has ended.
    package func statusIfEnded() throws(SystemError) -> UInt32? {
        var status: Int32 = 0
        while true {
            let ended = unsafe waitpid(pid, &status, WNOHANG)
            if ended >= 0 { return ended == pid ? UInt32(bitPattern: status) : nil }
            guard errno == EINTR else { throw .last("waitpid") }
        }
    }

    /// Reaps all exited children; returns the status of this program, if it is among them.
    package func reapAll() -> UInt32? {
        var result: UInt32?
        var status: Int32 = 0
        while true {
            let ended = unsafe waitpid(-1, &status, WNOHANG)
            if ended == pid { result = UInt32(bitPattern: status) }
            if ended == 0 || (ended < 0 && errno != EINTR) { return result }
        }
    }
}
