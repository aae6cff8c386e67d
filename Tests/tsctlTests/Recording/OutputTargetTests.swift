import CommandSupport
import Glibc
import LinuxSystem
import TaskstatsProtocol
import TestSupport
import Testing

@testable import tsctl

/// What `tsctl record` and `tsctl run --output` do with a name that others may have put something at.
@Suite(.timeLimit(.minutes(1))) struct OutputTargetTests {
    private static let noDaemon: uid_t = 65_534
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
        // Like /tmp.
        unsafe chmod(directory.path, 0o1777)
    }

    private func tsctl(_ arguments: [String], socket: String) throws -> ChildProcess {
        try ChildProcess(
            ChildProcess.product("tsctl"), arguments,
            environment: ["TASKSTATS_SOCKET": socket, "PATH": "/usr/bin:/bin"])
    }

    private func fifo(_ name: String, owner: uid_t = geteuid()) throws -> String {
        let path = directory.file(name)
        guard unsafe mkfifo(path, 0o666) == 0 else { throw SystemError.last("mkfifo") }
        guard unsafe chmod(path, 0o666) == 0, unsafe chown(path, owner, 0) == 0 || owner == geteuid() else {
            throw SystemError.last("chown")
        }
        return path
    }

    private func file(_ name: String, _ content: String = "kept\n", owner: uid_t = geteuid()) throws -> String {
        let path = directory.file(name)
        let file = try unsafe Descriptor(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o666), of: "open")
        _ = unsafe write(file.number, content, content.utf8.count)
        _ = unsafe chown(path, owner, 0)
        return path
    }

    private func text(_ path: String) throws -> String {
        try #require(try Descriptor.open(path).readText(limit: 1 << 26))
    }

    private func elapsed(_ body: () throws -> Void) rethrows -> Duration {
        let start = SuspendingClock.now
        try body()
        return start.duration(to: .now)
    }

    @Test(.enabled(if: isRoot, "needs root"), arguments: [[], ["--force"]])
    func `root does not write to a FIFO of another user`(options: [String]) throws {
        let path = try fifo("a", owner: Self.noDaemon)
        // The attacker reads.
        let reader = try unsafe Descriptor(open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC), of: "open")
        let daemon = try ServedDaemon(tasks: 3)
        let run = try tsctl(["record", path, "--count", "3"] + options, socket: daemon.path).finish()
        #expect(run.status == 1)
        #expect(
            run.errors
                == "tsctl: cannot write \(path): this FIFO belongs to another user, uid 65534, who could read what is "
                + "written (use a FIFO of your own)\n")
        #expect(try reader.readText() == "")
    }

    @Test(.enabled(if: isRoot, "needs root"))
    func `root does not write to a file that another user created in a directory like tmp`() throws {
        let path = try file("a", owner: Self.noDaemon)
        let daemon = try ServedDaemon(tasks: 3)
        let run = try tsctl(["record", path, "--count", "3", "--force"], socket: daemon.path).finish()
        #expect(run.status == 1)
        #expect(
            run.errors
                == "tsctl: cannot write \(path): it belongs to another user, uid 65534, in a directory shared by many "
                + "users (choose another name)\n")
        #expect(try text(path) == "kept\n")
    }

    @Test(arguments: [["record", "--force", "--count", "3"], ["run", "--output"]])
    func `a symbolic link is not followed`(command: [String]) throws {
        let (target, link) = (try file("target"), directory.file("link"))
        #expect(unsafe symlink(target, link) == 0)
        let arguments = command[0] == "run" ? command + [link, "--", "true"] : command + [link]
        let daemon = try ServedDaemon(tasks: 3)
        let run = try tsctl(arguments, socket: daemon.path).finish()
        #expect(run.status == (command[0] == "run" ? 125 : 1))
        #expect(
            run.errors == "tsctl: cannot write \(link): it is a symbolic link (give the name of its target)\n")
        #expect(try text(target) == "kept\n")
    }

    @Test func `a file with another name is not overwritten`() throws {
        let (target, path) = (try file("target"), directory.file("link"))
        #expect(unsafe link(target, path) == 0)
        let daemon = try ServedDaemon(tasks: 3)
        let run = try tsctl(["record", path, "--count", "3", "--force"], socket: daemon.path).finish()
        #expect(run.status == 1)
        #expect(run.errors.contains("it is one of 2 hard links to the same file (choose another name)"))
        #expect(try text(target) == "kept\n")
    }

    @Test func `a directory and a socket are refused, with what to do`() throws {
        let daemon = try ServedDaemon(tasks: 3)
        #expect(
            try tsctl(["record", directory.path], socket: daemon.path).finish().errors
                == "tsctl: cannot write \(directory.path): it is a directory (name a file in it)\n")
        #expect(
            try tsctl(["record", daemon.path], socket: daemon.path).finish().errors
                == "tsctl: cannot write \(daemon.path): it is a socket (name a regular file, a FIFO or a character "
                + "device)\n")
    }

    @Test(.enabled(if: isRoot, "needs root")) func `what a report goes to follows the same rules`() throws {
        let path = try fifo("a", owner: Self.noDaemon)
        let reader = try unsafe Descriptor(open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC), of: "open")
        let daemon = try ServedDaemon(tasks: 3)
        let run = try tsctl(["run", "--output", path, "--", "true"], socket: daemon.path).finish()
        #expect(run.status == 125)
        #expect(run.errors.contains("this FIFO belongs to another user, uid 65534"))
        #expect(try reader.readText() == "")
    }

    @Test(arguments: ["a", "a.gz"])
    func `a FIFO of one's own is written once it has a reader`(name: String) throws {
        let path = try fifo(name)
        var reader = try ChildProcess("/bin/sh", ["-c", "echo ready; exec cat \(path)"])
        let daemon = try ServedDaemon(tasks: 3)
        let run = try tsctl(["record", path, "--count", "3"], socket: daemon.path)
        #expect(try reader.line() == "ready")
        let played = try reader.finish()
        #expect(try run.finish().status == 0)
        if name == "a" { #expect(played.output.split(separator: "\n").count == 5) }
        #expect(!played.output.isEmpty)
    }

    @Test func `without a reader of the FIFO it ends when its time is over`() throws {
        let path = try fifo("a")
        let time = try elapsed {
            let daemon = try ServedDaemon(tasks: 3)
            let run = try tsctl(["record", path, "--for", "300ms"], socket: daemon.path).finish()
            #expect(run.status == 1)
            #expect(
                run.errors
                    == "tsctl: waiting until a process opens the FIFO for reading\ntsctl: cannot write \(path): no "
                    + "process opened this FIFO for reading in time (start its reader first)\n")
        }
        #expect(time < .seconds(5))
    }

    @Test func `without a reader of the FIFO a signal ends it`() throws {
        let daemon = try ServedDaemon(tasks: 3)
        let child = try tsctl(["record", try fifo("a")], socket: daemon.path)
        try waitForThread(of: child)
        child.send(signal: SIGINT)
        #expect(try child.finish().status == 128 + SIGINT)
    }

    /// Waits until it has a second thread, which is the one that waits for the reader of a FIFO.
    private func waitForThread(of child: borrowing ChildProcess) throws {
        let pid = UInt32(child.pid)
        try wait(for: "a second thread of pid \(pid)") { ProcessDirectory.threads(of: pid)?.count == 2 }
    }

    @Test(arguments: ["a", "a.gz"], [["--for", "1s"], []])
    func `a reader of the FIFO that does not read does not keep it from ending`(
        name: String, options: [String]
    ) throws {
        let path = try fifo(name)
        let reader = try unsafe Descriptor(open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC), of: "open")
        let daemon = try FakeDaemon { peer in
            try peer.sendHello()
            try peer.grantSubscription()
            // Far more than the FIFO holds, compressed too.
            for pid in 1...20_000 as ClosedRange<UInt32> {
                guard (try? peer.exit(SampleRecords.exit(pid: pid &* 2_654_435_761))) != nil else { return }
            }
            try? peer.confirmUnsubscribe()
        }
        let child = try tsctl(["record", path] + options, socket: daemon.path)
        if options.isEmpty {
            try waitUntilWritten(reader.number)
            child.send(signal: SIGINT)
        }
        let run = try child.finish()
        #expect(run.status == 1)
        #expect(
            run.errors
                == "tsctl: cannot write \(path): its reader read nothing for 0.5 s; the data written before can be "
                + "played\n")
    }

    /// Waits until much is in the FIFO.
    private func waitUntilWritten(_ pipe: Int32) throws {
        var unread: Int32 = 0
        try wait(for: "16 KiB in the FIFO") {
            try #require(unsafe ioctl(pipe, UInt(FIONREAD), &unread) == 0)
            return unread >= 16_384
        }
    }

    @Test func `a reader of the FIFO that goes away ends it quietly`() throws {
        let path = try fifo("a")
        let reader = try unsafe Descriptor(open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC), of: "open")
        let daemon = try ServedDaemon(tasks: 5_000)
        let child = try tsctl(["record", path], socket: daemon.path)
        var event = pollfd(fd: reader.number, events: Int16(POLLIN), revents: 0)
        #expect(unsafe poll(&event, 1, 20_000) == 1)
        Self.close(reader)
        #expect(try child.finish() == .init(status: 0, output: "", errors: ""))
    }

    /// Closes the reader by releasing it.
    private static func close(_ descriptor: consuming Descriptor) {}

    @Test(arguments: [
        "record - --count 3 | cat", "record /dev/stdout --count 3 | cat", "record >(cat) --count 3 | cat",
    ])
    func `the pipes of a shell are written`(command: String) throws {
        let product = try ChildProcess.product("tsctl")
        let daemon = try ServedDaemon(tasks: 3)
        let run = try ChildProcess(
            "/bin/bash", ["-c", "'\(product)' \(command)"],
            environment: ["TASKSTATS_SOCKET": daemon.path, "PATH": "/usr/bin:/bin"]
        ).finish()
        #expect(run.status == 0)
        #expect(run.output.split(separator: "\n").count == 5, "\(run.errors)")
    }
}
