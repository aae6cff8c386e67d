import CLinux
import Glibc
import LinuxSystem
import Taskstats

/// The program that `tsctl run` starts.
struct Program {
    let pid: pid_t

    /// Starts a program found in PATH, with this environment and tsctl's original signal settings, except for an
    /// ignored SIGCHLD.
    static func start(_ arguments: [String], mask: sigset_t) throws(SystemError) -> Program {
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var mask = mask
        var changed = sigset_t()
        unsafe sigemptyset(&changed)
        // tsctl ignores this signal for itself.
        unsafe sigaddset(&changed, SIGPIPE)
        unsafe posix_spawnattr_setsigmask(&attributes, &mask)
        unsafe posix_spawnattr_setsigdefault(&attributes, &changed)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        var argv = unsafe arguments.map { unsafe strdup($0) } + [nil]
        defer { unsafe argv.forEach { unsafe free($0) } }
        var pid: pid_t = 0
        let error = unsafe posix_spawnp(&pid, arguments[0], nil, &attributes, &argv, clinux_environment())
        guard error == 0 else { throw SystemError("posix_spawn", errno: error) }
        return Program(pid: pid)
    }

    /// Reaps exited children and returns this child's status, if it is among them.
    func reapAll() -> ExitStatus? {
        var result: ExitStatus?
        var status: Int32 = 0
        while true {
            let ended = unsafe waitpid(-1, &status, WNOHANG)
            if ended == pid { result = ExitStatus(waitStatus: UInt32(bitPattern: status)) }
            if ended == 0 || (ended < 0 && errno != EINTR) { return result }
        }
    }
}

extension ExitStatus {
    /// The status as a shell reports it: the code, or 128 plus the signal.
    var shellStatus: Int32 {
        switch self {
        case .code(let code): Int32(code)
        case .signal(let signal, _): 128 + Int32(signal)
        }
    }
}
