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

    /// The release build of the daemon if there is one, as in CI, for tests that saturate it.
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

/// The machine that runs the tests.
enum Host {
    /// The uid that plays other users.
    static let nobody: UInt32 = 65_534

    /// The number of online CPUs.
    static let onlineCPUs = Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))

    /// Returns the command, run as an ordinary user.
    static func asNobody(_ command: [String]) -> [String] {
        ["setpriv", "--reuid=\(nobody)", "--regid=\(nobody)", "--clear-groups"] + command
    }

    /// The command prefix of a program that gets the CPU first while others saturate the machine, because the test is
    /// about the daemon's fairness and not about the scheduler's.
    static let unhindered = ["nice", "-n", "-15"]

    /// Starts a command found in PATH.
    static func start(_ command: [String]) throws -> ChildProcess {
        let path = unsafe getenv("PATH").map { unsafe String(cString: $0) } ?? "/usr/sbin:/usr/bin:/sbin:/bin"
        return try ChildProcess("/usr/bin/env", command, environment: ["PATH": path])
    }

    /// Runs a command found in PATH to its end.
    static func run(_ command: [String]) throws -> ChildProcess.Result {
        try start(command).finish(within: Requested.patience)
    }

    /// Waits until a child is in a state, as in /proc/PID/stat: S sleeps, Z has ended.
    static func wait(for pid: pid_t, toBe state: String) throws {
        try TestSupport.wait(for: "state \(state) of pid \(pid)") {
            try text("/proc/\(pid)/stat").contains(") \(state) ")
        }
    }

    /// Connects as soon as a daemon listens; the file exists shortly before.
    static func connect(onceListening socket: String) throws -> TaskstatsConnection {
        var connection: TaskstatsConnection?
        try TestSupport.wait(for: "a daemon at \(socket)") {
            do throws(TaskstatsError) {
                connection = try TaskstatsConnection.connect(path: socket)
                return true
            } catch {
                guard error.code == .notRunning else { throw error }
                return false
            }
        }
        return try #require(connection)
    }

    /// Returns whether there is a file of that name.
    static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

    /// Returns the mount point of a file system of this type; nil when none is mounted.
    static func mount(ofType type: String) -> String? {
        (try? text("/proc/self/mounts"))?.split(separator: "\n").map { $0.split(separator: " ") }
            .first { $0[2] == type }.map { String($0[1]) }
    }

    /// Returns the text of a file, which may be one of the kernel's.
    static func text(_ path: String) throws -> String {
        try #require(try Descriptor.open(path).readText(limit: 1 << 22))
    }
}
