import Glibc
import Taskstats
import TestSupport
import Testing

extension SystemTests {
    /// The tests act as systemd.
    @Suite struct ServiceTests {
        private static let idle = "0 clients, no CPU registered"

        @Test(arguments: [("", []), ("@", []), ("", ["--user", "nobody"])])
        func `it reports readiness, its state, and its end to a socket that only root may write to`(
            prefix: String, options: [String]
        ) throws {
            let directory = try TemporaryDirectory()
            let name = prefix + directory.file("notify")
            let manager = try NotificationSocket(path: name)
            let daemon = try RunningDaemon(options, in: directory, under: ["env", "NOTIFY_SOCKET=\(name)"])
            var storeMessages: [String] = []
            func next() throws -> String? {
                while let message = try manager.next() {
                    guard message.hasPrefix("FDSTORE") else { return message }
                    storeMessages.append(message)
                }
                return nil
            }
            #expect(try next() == "READY=1\nSTATUS=\(Self.idle)")
            let subscriber = try Subscriber(daemon, Subscription(cpus: "0"))
            var status = try next()
            // If a second has passed since it was ready, the connection is reported before the subscription.
            if status == "STATUS=1 client, no CPU registered" { status = try next() }
            #expect(status == "STATUS=1 client, CPU 0 registered")
            withExtendedLifetime(subscriber) {}
            #expect(try daemon.stop().status == 0)
            var last = try next()
            if last == "STATUS=\(Self.idle)" { last = try next() }
            #expect(last == "STOPPING=1\nSTATUS=taskstatsd is stopping")
            storeMessages += try manager.said()
            #expect(storeMessages == ["FDSTORE=1\nFDNAME=cpu-0\nFDPOLL=0", "FDSTOREREMOVE=1\nFDNAME=cpu-0"])
        }

        @Test func `it sends keep-alives for as long as its loop runs`() throws {
            let directory = try TemporaryDirectory()
            let name = directory.file("notify")
            let manager = try NotificationSocket(path: name)
            let daemon = try RunningDaemon(
                in: directory, under: ["env", "NOTIFY_SOCKET=\(name)", "WATCHDOG_USEC=200000"])
            _ = try manager.next()
            for _ in 0..<5 { #expect(try manager.next() == "WATCHDOG=1") }
            // strace holds the loop where it waits for events.
            let log = directory.file("trace")
            var strace = try Host.start([
                "sh", "-c",
                #"exec strace -o "$1" -p "$0" -e trace=epoll_wait -e inject=epoll_wait:delay_exit=600s 2>&1"#,
                "\(daemon.pid)", log,
            ])
            try #require(try strace.line()?.contains("attached") == true)
            // A keep-alive that was about to be sent may still arrive.
            try wait(for: "a delayed call") {
                try manager.next(milliseconds: 2_000) == nil || Host.text(log).contains("DELAYED")
            }
            #expect(try manager.next(milliseconds: 2_000) == nil)
            strace.send(signal: SIGTERM)
            _ = try strace.finish()
            #expect(try manager.next() == "WATCHDOG=1")
        }

        @Test func `without a watchdog an idle daemon neither wakes up nor sends keep-alives`() throws {
            let directory = try TemporaryDirectory()
            let name = directory.file("notify")
            let manager = try NotificationSocket(path: name)
            let watchdogOfAnother = ["WATCHDOG_USEC=200000", "WATCHDOG_PID=1"]
            let daemon = try RunningDaemon(
                in: directory, under: ["env", "NOTIFY_SOCKET=\(name)"] + watchdogOfAnother)
            _ = try manager.next()
            func switches() throws -> [Substring] {
                try Host.text("/proc/\(daemon.pid)/status").split(separator: "\n").filter { $0.hasPrefix("voluntary") }
            }
            try Host.wait(for: daemon.pid, toBe: "S")
            let before = try switches()
            #expect(try manager.next(milliseconds: 2_000) == nil)
            #expect(try switches() == before)
        }

        @Test(arguments: [[], ["--user", "nobody"]])
        func `an inherited socket is served and left unchanged`(options: [String]) throws {
            let directory = try TemporaryDirectory()
            let path = directory.file("taskstats.sock")
            let daemon = try RunningDaemon(options, in: directory, under: activation("listening", path))
            let made = try identity(path)
            #expect(!Host.exists(path + ".lock"))
            let subscriber = try Subscriber(daemon)
            let ended = try ExitLoad(finishing: ExitLoad.start(cpu: 0, processes: 5, threads: 0)).ids
            #expect(Set(try subscriber.leave().exits.map(\.pid)).isSuperset(of: ended))
            #expect(try daemon.stop().status == 0)
            #expect(try identity(path) == made)
            #expect(made.last == 0o600, "its mode is left to its creator")
        }

        @Test func `an inherited socket takes precedence over the socket option`() throws {
            let directory = try TemporaryDirectory()
            let inherited = directory.file("inherited")
            let daemon = try RunningDaemon(in: directory, under: activation("listening", inherited))
            #expect(!Host.exists(daemon.socket))
            #expect(try TaskstatsConnection.connect(path: inherited).stats(ofTask: 1)[.acPid] == 1)
        }

        @Test(arguments: [("bound", "does not listen"), ("two", "2 sockets were passed")])
        func `an inherited descriptor that it cannot serve is an error with the reason`(kind: String, problem: String)
            throws
        {
            let directory = try TemporaryDirectory()
            let path = directory.file("inherited")
            let result = try RunningDaemon.failure(under: activation(kind, path))
            #expect(result.status == 1)
            #expect(result.output.contains(problem))
            #expect(Host.exists(path))
        }

        @Test func `systemd's tool for socket activation starts it, and its first client is served`() throws {
            let directory = try TemporaryDirectory()
            let path = directory.file("taskstats.sock")
            let activated = try Host.start([
                "sh", "-c", #"exec systemd-socket-activate --listen="$1" "$0" 2>&1"#,
                try ChildProcess.product("taskstatsd"), path,
            ])
            let connection = try Host.connect(onceListening: path)
            #expect(try connection.stats(ofTask: activated.pid).command == "taskstatsd")
            activated.send(signal: SIGTERM)
            #expect(try activated.finish().status == 0)
        }

        @Test func `an unreachable manager is an error before anything is served`() throws {
            let result = try RunningDaemon.failure(under: ["env", "NOTIFY_SOCKET=/nowhere/notify"])
            #expect(result.status == 1)
            #expect(result.output.contains("NOTIFY_SOCKET=/nowhere/notify"))
        }

        private func activation(_ kind: String, _ path: String) throws -> [String] {
            ["python3", Script.path("activate.py"), kind, path]
        }

        /// Returns device, inode, and permissions of a file.
        private func identity(_ path: String) throws -> [UInt64] {
            var status = stat()
            try #require(unsafe lstat(path, &status) == 0)
            return [UInt64(status.st_dev), UInt64(status.st_ino), UInt64(status.st_mode & 0o777)]
        }
    }
}
