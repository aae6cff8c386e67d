import Glibc
import LinuxSystem
import Taskstats
import TestSupport
import Testing

extension SystemTests {
    /// tsctl get for cgroups of version 2, compared with what the kernel counts for the cgroup.
    @Suite(
        .timeLimit(.minutes(1)),
        .enabled(if: Host.mount(ofType: "cgroup2") != nil, "needs a mounted cgroup of version 2"))
    struct CgroupSumsTests {
        private let daemon: RunningDaemon
        private let cgroup: TestCgroup

        init() throws {
            daemon = try RunningDaemon()
            cgroup = try TestCgroup()
        }

        private func get(_ arguments: [String]) throws -> ChildProcess.Result {
            try Host.run([ChildProcess.product("tsctl"), "get", "--socket", daemon.socket] + arguments)
        }

        /// Returns the lines of a command that must succeed.
        private func lines(_ result: ChildProcess.Result) throws -> [String] {
            try #require(result.status == 0, "\(result.errors)")
            return result.output.split(separator: "\n").map(String.init)
        }

        /// Returns the number after the first key of this name in a line of JSON.
        private func number(_ key: String, in line: String) throws -> UInt64 {
            let range = try #require(line.firstRange(of: "\"\(key)\":"), "\(line)")
            return try #require(UInt64(line[range.upperBound...].prefix { $0.isNumber }), "\(line)")
        }

        @Test func `sums are over the whole subtree, and other users get the number that they may not see`() throws {
            let below = try cgroup.add("with a \"blank\" 'below'")
            let sleepers = try [Sleeper(), Sleeper(), Sleeper(Host.asNobody)]
            try cgroup.take(sleepers[0].pid)
            try below.take(sleepers[1].pid)
            try below.take(sleepers[2].pid)

            let seen = try #require(try lines(get(["--cgroup", cgroup.path, "--json"])).first)
            #expect(try number("processes", in: seen) == 3)
            #expect(seen.contains(#""complete":true"#))
            let connection = try daemon.connect()
            let counted = try sleepers.map { try connection.stats(ofProcess: $0.pid)[.cpuRunVirtualTotal] ?? 0 }
            #expect(try number("cpu_run_virtual_total", in: seen) == counted.reduce(0, +))

            let own = try #require(
                try lines(Host.run(daemon.tsctlAsNobody(["get", "--cgroup", cgroup.directory, "--json"]))).first)
            #expect(try number("processes", in: own) == 1)
            #expect(own.contains(#""complete":false"#))
            #expect(try number("withheld", in: own) == 2)
        }

        @Test func `CPU time and writes in an interval agree with the kernel's own figures`() throws {
            var busy = try Host.start([
                "python3", "-c",
                """
                import os, sys
                open(sys.argv[1] + "/cgroup.procs", "w").write(str(os.getpid()))
                file = os.open(sys.argv[2], os.O_RDWR | os.O_CREAT, 0o600)
                print("ready", flush=True)
                while True:
                    os.pwrite(file, bytes(65536), 0)
                    os.fdatasync(file)
                """, cgroup.directory, daemon.directory.file("written"),
            ])
            #expect(try busy.line() == "ready")
            let pid = busy.pid
            let before = try (cgroup.usage(), written(pid))
            let intervals = try lines(get(["--cgroup", cgroup.path, "--interval", "0.3", "--count", "3", "--json"]))
            let after = try (cgroup.usage(), written(pid))
            busy.send(signal: SIGKILL)
            _ = try busy.finish()

            #expect(intervals.count == 3)
            let run = try intervals.reduce(0) { $0 + (try number("cpu_run_virtual_total", in: $1)) }
            let written = try intervals.reduce(0) { $0 + (try number("write_bytes", in: $1)) }
            // The intervals lie within the kernel's figures, which count in microseconds and, for a task, at ticks.
            #expect(run > 0 && run <= (after.0 - before.0) * 1_000 + 10_000_000)
            #expect(written > 0 && written <= after.1 - before.1)
        }

        @Test func `a unit is found by its name, and a cgroup that disappears ends the intervals`() throws {
            let name = "taskstats-test-\(ChildProcess.ownID).service"
            let unit = try cgroup.add(name)
            #expect(try get(["--unit", name]).output.hasPrefix("cgroup            \(cgroup.path)/\(name)\n"))
            let other = try cgroup.add("other").add(name)
            let ambiguous = try get(["--unit", name])
            #expect(ambiguous.status == 1)
            #expect(ambiguous.errors.contains("2 cgroups have this name (select one with --cgroup: \(cgroup.path)/"))
            other.remove()

            var following = try Host.start([
                ChildProcess.product("tsctl"), "get", "--socket", daemon.socket, "--unit", name, "--interval", "0.1",
            ])
            #expect(try following.line()?.hasPrefix("TIME ") == true)
            #expect(try following.line() != nil)
            unit.remove()
            let result = try following.finish()
            #expect(result.status == 1)
            #expect(result.errors.hasSuffix("tsctl: the cgroup \(cgroup.path)/\(name) does not exist any more\n"))
        }

        /// The number of bytes that a process has written to storage.
        private func written(_ pid: pid_t) throws -> UInt64 {
            let line = try Host.text("/proc/\(pid)/io").split(separator: "\n").first { $0.hasPrefix("write_bytes: ") }
            return try #require(line.flatMap { UInt64($0.dropFirst("write_bytes: ".count)) })
        }
    }
}

/// A cgroup of version 2 that a test has created, removed at the end of its life with those below.
final class TestCgroup {
    /// The directory.
    let directory: String
    /// The path below the mount.
    let path: String
    private var below: [TestCgroup] = []

    /// Creates a cgroup below the root.
    convenience init() throws {
        let mount = try #require(Host.mount(ofType: "cgroup2"))
        try self.init(mount, "/taskstats test \(ChildProcess.ownID)")
    }

    private init(_ parent: String, _ path: String) throws {
        (directory, self.path) = (parent + path, path)
        try #require(unsafe mkdir(directory, 0o755) == 0, "cannot create \(directory): errno \(errno)")
    }

    deinit {
        below.forEach { $0.remove() }
        remove()
    }

    /// Creates a cgroup below.
    func add(_ name: String) throws -> TestCgroup {
        let mount = String(directory.dropLast(path.count))
        let added = try TestCgroup(mount, "\(path)/\(name)")
        below.append(added)
        return added
    }

    /// Moves a process into it.
    func take(_ pid: pid_t) throws {
        let file = try unsafe Descriptor(open("\(directory)/cgroup.procs", O_WRONLY | O_CLOEXEC), of: "open")
        let bytes = Array("\(pid)".utf8)
        try #require(unsafe write(file.number, bytes, bytes.count) == bytes.count)
    }

    /// The CPU time that the kernel has counted for it, in microseconds.
    func usage() throws -> UInt64 {
        let line = try Host.text("\(directory)/cpu.stat").split(separator: "\n").first { $0.hasPrefix("usage_usec ") }
        return try #require(line.flatMap { UInt64($0.dropFirst("usage_usec ".count)) })
    }

    /// Removes it, as soon as its last process is gone.
    func remove() {
        below.forEach { $0.remove() }
        below = []
        let deadline = Deadline()
        while unsafe rmdir(directory) != 0, errno == EBUSY, (try? deadline.check("an empty cgroup")) != nil {
            sched_yield()
        }
    }
}
