import Glibc
import LinuxSystem
import Taskstats
import TestSupport
import Testing

/// The real daemon on the real kernel, on its own socket, for as long as the value lives.
final class RunningDaemon {
    /// Options for a test that ends thousands of tasks before any client reads, and needs all of them.
    static let roomForStorms = ["--queue-bytes", "\(64 << 20)", "--receive-buffer", "\(64 << 20)"]

    let directory: TemporaryDirectory
    let socket: String
    private var child: ChildProcess?
    let pid: pid_t
    /// The lines of its log up to the one that reports readiness.
    let startLog: [String]

    /// Starts it and waits until it reports readiness.
    init(
        _ options: [String] = [], in directory: TemporaryDirectory? = nil, under launcher: [String] = [],
        program: String? = nil
    ) throws {
        self.directory = try directory ?? TemporaryDirectory()
        // Other users of the machine must have access to the socket and the programs in it.
        unsafe chmod(self.directory.path, 0o755)
        socket = self.directory.file("taskstats.sock")
        // Files left behind by a killed daemon.
        _ = self.directory.file("taskstats.sock.lock")
        var child = try Self.launch(["--socket", socket] + options, under: launcher, program: program)
        pid = child.pid
        var said: [String] = []
        while let line = try child.line() {
            said.append(line)
            if line.hasSuffix("ready") { break }
        }
        self.child = consume child
        startLog = said
        try #require(said.last?.hasSuffix("ready") == true, "the daemon said: \(said)")
    }

    /// The release build of the daemon, built by CI for tests that measure.
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

    /// The command prefix of a daemon that saves its lines for contrib/check/wire/check.py; contrib/test requests it.
    static var recording: [String] {
        guard let directory = unsafe getenv("TASKSTATS_WIRE_LOG").map({ unsafe String(cString: $0) }) else { return [] }
        return ["env", "LD_PRELOAD=\(directory)/tap.so", "TASKSTATS_WIRE_LOG=\(directory)"]
    }

    /// Runs a daemon that must not start; if it does, it is ended with a different status.
    static func failure(_ options: [String] = [], under launcher: [String] = []) throws -> ChildProcess.Result {
        let directory = try TemporaryDirectory()
        let ending = ["timeout", "30"]
        return try launch(["--socket", directory.file("taskstats.sock")] + options, under: ending + launcher).finish()
    }

    /// Returns a new connection, as root.
    func connect() throws -> TaskstatsConnection { try TaskstatsConnection.connect(path: socket) }

    /// Sends a signal and waits for the end.
    func stop(signal: Int32 = SIGTERM) throws -> ChildProcess.Result {
        guard let child = child.take() else { preconditionFailure("the daemon was stopped before") }
        child.send(signal: signal)
        return try child.finish()
    }

    /// Returns the command that runs tsctl against this daemon as an ordinary user.
    func tsctlAsNobody(_ arguments: [String]) throws -> [String] {
        try tsctlAsNobody() + arguments + ["--socket", socket]
    }

    /// Returns the command that runs tsctl as an ordinary user.
    func tsctlAsNobody() throws -> [String] {
        // The build may be readable only for its owner.
        let tool = directory.file("tsctl")
        if !Host.exists(tool) {
            let copy = try Host.run(["install", "-m", "755", try ChildProcess.product("tsctl"), tool])
            try #require(copy.status == 0, "\(copy.errors)")
        }
        return Host.asNobody([tool])
    }
}

extension [Int] {
    /// The median.
    var median: Int { sorted()[count / 2] }
}

/// The machine that runs the tests.
enum Host {
    /// The uid that plays other users.
    static let nobody: UInt32 = 65_534

    /// Whether there are two CPUs to pin tasks to.
    static let onlineCPUs = Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))

    /// Returns the command, run as an ordinary user.
    static func asNobody(_ command: [String]) -> [String] {
        ["setpriv", "--reuid=\(nobody)", "--regid=\(nobody)", "--clear-groups"] + command
    }

    /// The command prefix of a measurement while others saturate the machine.
    ///
    /// It gets the CPU first, because the test is about the daemon's fairness and not about the scheduler's, which
    /// would add waits of 4 ms ticks.
    static let unhindered = ["nice", "-n", "-15"]

    /// Starts a command found in PATH.
    static func start(_ command: [String]) throws -> ChildProcess {
        let path = unsafe getenv("PATH").map { unsafe String(cString: $0) } ?? "/usr/sbin:/usr/bin:/sbin:/bin"
        return try ChildProcess("/usr/bin/env", command, environment: ["PATH": path])
    }

    /// Runs a command found in PATH to its end.
    static func run(_ command: [String]) throws -> ChildProcess.Result { try start(command).finish() }

    /// Returns whether there is a file of that name.
    static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

    /// Returns the text of a file, which may be one of the kernel's.
    static func text(_ path: String) throws -> String {
        try #require(try Descriptor.open(path).readText(limit: 1 << 22))
    }
}

extension Trait where Self == ConditionTrait {
    /// Restricts a test on the running kernel to root.
    static var needsRoot: Self { .enabled(if: geteuid() == 0, "needs root: it runs the real daemon") }
}
