import Glibc
import LinuxSystem
import TaskstatsClient
import TestSupport
import Testing

/// The real daemon on the real kernel, on a socket of its own, for as long as the value lives.
final class RunningDaemon {
    /// Options for a test that ends thousands of tasks before anybody reads, and wants to see each of them.
    static let roomForStorms = ["--queue-bytes", "\(64 << 20)", "--receive-buffer", "\(64 << 20)"]

    let directory: TemporaryDirectory
    let socket: String
    private var child: ChildProcess?
    let pid: pid_t

    /// Starts it and waits until it says that it is ready.
    init(
        _ options: [String] = [], in directory: TemporaryDirectory? = nil, under launcher: [String] = [],
        program: String? = nil
    ) throws {
        self.directory = try directory ?? TemporaryDirectory()
        // Other users of the machine must get at the socket and the programs in it.
        unsafe chmod(self.directory.path, 0o755)
        socket = self.directory.file("taskstats.sock")
        // What a daemon that is killed leaves beside it.
        _ = self.directory.file("taskstats.sock.lock")
        var child = try Self.launch(["--socket", socket] + options, under: launcher, program: program)
        pid = child.pid
        var said: [String] = []
        while let line = try child.line() {
            said.append(line)
            if line.hasSuffix("ready") { break }
        }
        self.child = consume child
        try #require(said.last?.hasSuffix("ready") == true, "the daemon said: \(said)")
    }

    /// The daemon that people install, where it was built, as CI does, for tests that measure.
    ///
    /// The debug build takes ten times as long for each request, connection and record.
    static var installable: String {
        get throws {
            let debug = try ChildProcess.product("taskstatsd")
            let release = debug.split(separator: "/").map { $0 == "debug" ? "release" : $0 }
                .reduce("") { "\($0)/\($1)" }
            return Host.exists(release) ? release : debug
        }
    }

    deinit {
        guard let child = child.take() else { return }
        child.send(signal: SIGKILL)
        _ = try? child.finish()
    }

    /// Starts a daemon with its log on standard output.
    static func launch(
        _ options: [String], under launcher: [String] = [], program: String? = nil
    ) throws -> ChildProcess {
        let command = recording + launcher + [try program ?? ChildProcess.product("taskstatsd")] + options
        return try Host.start(["sh", "-c", #"exec "$@" 2>&1"#, "sh"] + command)
    }

    /// What stands before the command of a daemon so that its lines are kept for contrib/wire/check.py; contrib/test asks
    /// for it.
    static var recording: [String] {
        guard let directory = unsafe getenv("TASKSTATS_WIRE_LOG").map({ unsafe String(cString: $0) }) else { return [] }
        return ["env", "LD_PRELOAD=\(directory)/tap.so", "TASKSTATS_WIRE_LOG=\(directory)"]
    }

    /// Runs a daemon that is expected not to start; one that does is ended, with another status than its own.
    static func failure(_ options: [String] = [], under launcher: [String] = []) throws -> ChildProcess.Result {
        let directory = try TemporaryDirectory()
        let ending = ["timeout", "30"]
        return try launch(["--socket", directory.file("taskstats.sock")] + options, under: ending + launcher).finish()
    }

    /// A new connection, as root.
    func connect() throws -> TaskstatsConnection { try TaskstatsConnection.connect(path: socket) }

    /// Sends a signal and waits for the end.
    func stop(signal: Int32 = SIGTERM) throws -> ChildProcess.Result {
        guard let child = child.take() else { preconditionFailure("the daemon was stopped before") }
        child.send(signal: signal)
        return try child.finish()
    }

    /// The command that runs tsctl against this daemon as an ordinary user.
    func tsctlAsNobody(_ arguments: [String]) throws -> [String] {
        try tsctlAsNobody() + arguments + ["--socket", socket]
    }

    /// The command that runs tsctl as an ordinary user.
    func tsctlAsNobody() throws -> [String] {
        // The build may lie where only its owner may look.
        let tool = directory.file("tsctl")
        if !Host.exists(tool) {
            let copy = try Host.run(["install", "-m", "755", try ChildProcess.product("tsctl"), tool])
            try #require(copy.status == 0, "\(copy.errors)")
        }
        return Host.asNobody([tool])
    }
}

extension [Int] {
    /// The one in the middle.
    var median: Int { sorted()[count / 2] }
}

/// The machine that the tests run on.
enum Host {
    /// The user as whom others are played.
    static let nobody: UInt32 = 65_534

    /// Whether there are two CPUs to pin tasks to.
    static let onlineCPUs = Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))

    /// The command, run as an ordinary user.
    static func asNobody(_ command: [String]) -> [String] {
        ["setpriv", "--reuid=\(nobody)", "--regid=\(nobody)", "--clear-groups"] + command
    }

    /// What stands before a command whose time is measured while others use up the machine: it comes first on a CPU, as the
    /// daemon's fairness is asked for and not the scheduler's, which lets them wait for ticks of 4 ms.
    static let unhindered = ["nice", "-n", "-15"]

    /// Starts a command found in PATH.
    static func start(_ command: [String]) throws -> ChildProcess {
        let path = unsafe getenv("PATH").map { unsafe String(cString: $0) } ?? "/usr/sbin:/usr/bin:/sbin:/bin"
        return try ChildProcess("/usr/bin/env", command, environment: ["PATH": path])
    }

    /// Runs a command found in PATH to its end.
    static func run(_ command: [String]) throws -> ChildProcess.Result { try start(command).finish() }

    /// Whether there is a file of that name.
    static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

    /// The text of a file, which may be one of the kernel's.
    static func text(_ path: String) throws -> String {
        try #require(try Descriptor.open(path).readText(limit: 1 << 22))
    }
}

extension Trait where Self == ConditionTrait {
    /// A test on the running kernel that an ordinary user may not make.
    static var needsRoot: Self { .enabled(if: geteuid() == 0, "needs root: it runs the real daemon") }
}
