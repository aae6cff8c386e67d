import CLinux
import Glibc
import LinuxSystem

/// An external tool between two descriptors.
///
/// It has its own process group, because tsctl handles Ctrl-C itself.
struct PipedProcess: ~Copyable {
    /// The result of a tool.
    enum End: Equatable {
        case done
        /// The tool failed with this message.
        case failed(String)
        case killed(signal: Int32)
    }

    /// The name of the tool.
    let name: String
    private let pid: pid_t
    private let errors: Descriptor

    /// Starts a tool that reads from one descriptor and writes to the other.
    static func start(_ command: [String], reading input: Int32, writing output: Int32) throws(SystemError)
        -> PipedProcess
    {
        var ends: [Int32] = [-1, -1]
        guard unsafe clinux_pipe(&ends) == 0 else { throw .last("pipe") }
        let errors = try Descriptor(ends[0], of: "pipe")
        let errorsOfTool = try Descriptor(ends[1], of: "pipe")

        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
        unsafe posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        unsafe posix_spawn_file_actions_adddup2(&actions, errorsOfTool.number, STDERR_FILENO)

        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        var ignored = sigset_t()
        unsafe sigemptyset(&none)
        unsafe sigemptyset(&ignored)
        unsafe sigaddset(&ignored, SIGPIPE)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        unsafe posix_spawnattr_setsigdefault(&attributes, &ignored)
        unsafe posix_spawnattr_setpgroup(&attributes, 0)
        unsafe posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))

        var argv = unsafe command.map { unsafe strdup($0) } + [nil]
        defer { unsafe argv.forEach { unsafe free($0) } }
        var pid: pid_t = 0
        let error = unsafe posix_spawnp(&pid, command[0], &actions, &attributes, &argv, clinux_environment())
        guard error == 0 else { throw SystemError("posix_spawn", errno: error) }
        return PipedProcess(name: command[0], pid: pid, errors: errors)
    }

    private init(name: String, pid: pid_t, errors: consuming Descriptor) {
        self.name = name
        self.pid = pid
        self.errors = errors
    }

    /// Ends the tool before it has read everything.
    func terminate() { kill(pid, SIGTERM) }

    /// Waits for the end within the time limit; returns whether the tool has ended.
    func hasEnded(_ timeout: OutputTimeout) -> Bool { timeout.wait(for: POLLIN, on: errors.number) }

    /// Waits for the end.
    consuming func wait() -> End {
        // It prints little, so that reading all of it does not block.
        let message = (try? errors.readText()) ?? nil
        var status: Int32 = 0
        while unsafe waitpid(pid, &status, 0) < 0 {
            guard errno == EINTR else { return .failed("cannot wait for it") }
        }
        let signal = status & 0x7f
        if signal != 0 { return .killed(signal: signal) }
        guard status != 0 else { return .done }
        let lines = (message ?? "").split(whereSeparator: \.isNewline)
        return .failed(lines.last.map(String.init) ?? "exit status \((status >> 8) & 0xff)")
    }
}
