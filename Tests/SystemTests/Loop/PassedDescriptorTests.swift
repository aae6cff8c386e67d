import Glibc
import Taskstats
import TestSupport
import Testing

extension SystemTests {
    /// An ordinary user passes TCP sockets whose last close blocks for 20 s.
    @Suite struct PassedDescriptorTests {
        private static let lingerSeconds = 20
        private let clock = ContinuousClock()

        enum Kernel: CaseIterable {
            case current, withoutPassrights

            /// The result of sendmsg for a client that passes a descriptor.
            var result: String { self == .current && Self.hasPassrights ? "EPERM" : "sent" }

            /// Whether the running kernel has SO_PASSRIGHTS (Linux 6.16).
            private static let hasPassrights: Bool = {
                let passrights: Int32 = 83
                let socket = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
                defer { close(socket) }
                var value: Int32 = 0
                var length = socklen_t(MemoryLayout<Int32>.size)
                return unsafe getsockopt(socket, SOL_SOCKET, passrights, &value, &length) == 0
            }()
        }

        @Test(arguments: Kernel.allCases, [[], ["urgent"]])
        func `a client passes them`(kernel: Kernel, kind: [String]) throws {
            // A kernel that refuses descriptors refuses them with urgent data too.
            let daemon = try start(on: kernel)
            let subscriber = try Subscriber(daemon)
            let attack = try attack(daemon, connections: 8, kind)
            #expect(attack.results.allSatisfy { $0 == kernel.result }, "\(attack.results)")
            try expectService(of: daemon, subscriber)
            try expectEnd(of: daemon)
            withExtendedLifetime(attack) {}
        }

        @Test(arguments: Kernel.allCases)
        func `a client without access passes them before it is accepted`(kernel: Kernel) throws {
            let daemon = try start(on: kernel, ["--default-access", "none"])
            let subscriber = try Subscriber(daemon)
            let attack = try attack(daemon, connections: 20)
            // The daemon may be faster than some of them.
            #expect(attack.results.contains(kernel.result), "\(attack.results)")
            try expectService(of: daemon, subscriber)
            try expectEnd(of: daemon)
            withExtendedLifetime(attack) {}
        }

        @Test func `a connection stays charged to its user until its closing thread is done`() throws {
            let daemon = try start(on: .withoutPassrights, ["--connections-per-user", "4"])
            let attack = try attack(daemon, connections: 4)
            #expect(attack.results == ["sent", "sent", "sent", "sent"])
            let refused = try Host.run(daemon.tsctlAsNobody(["get", "--pid", "\(getpid())"]))
            #expect(refused.errors.contains("connections_per_uid"), "\(refused)")
            #expect(try daemon.connect().status().daemon?.clients == 1, "the clients are gone, their connections not")
            try expectEnd(of: daemon)
            withExtendedLifetime(attack) {}
        }

        private func start(on kernel: Kernel, _ options: [String] = []) throws -> RunningDaemon {
            guard kernel == .withoutPassrights else { return try RunningDaemon(options) }
            let library = try PreloadedLibrary(PreloadedLibrary.withoutPassrights)
            return try withExtendedLifetime(library) { try RunningDaemon(options, under: library.launcher) }
        }

        /// Runs the attack until the daemon holds the only references.
        private func attack(_ daemon: RunningDaemon, connections: Int, _ kind: [String] = []) throws -> Attack {
            let command = Script.command("lingering.py", daemon.socket, "\(Self.lingerSeconds)", "\(connections)")
            var child = try Host.start(command + kind)
            var results: [String] = []
            while let line = try child.line(), line != "done" {
                results += line.split(separator: " ").dropFirst().map(String.init)
            }
            try #require(results.count == connections)
            return Attack(child: child, results: results)
        }

        /// Checks that a root client's stream and queries continue.
        private func expectService(of daemon: RunningDaemon, _ subscriber: Subscriber) throws {
            let begun = clock.now
            let ended = try ExitLoad(finishing: ExitLoad.start(cpu: 0, processes: 20, threads: 20)).ids
            let events = try subscriber.catchUp()
            #expect(Set(events.exits.map(\.pid)).isSuperset(of: ended))
            #expect(events.lost == 0)
            #expect(try daemon.connect().stats(ofTask: 1)[.acPid] == 1)
            #expect(clock.now - begun < .seconds(5))
        }

        /// Checks that SIGTERM ends it at once, after it has deregistered.
        private func expectEnd(of daemon: RunningDaemon) throws {
            let begun = clock.now
            let result = try daemon.stop()
            #expect(result.status == 0)
            #expect(result.output.contains("stopped"))
            #expect(clock.now - begun < .seconds(3))
        }
    }
}

/// The attacker, which keeps its connections for as long as the value lives.
private final class Attack {
    private var child: ChildProcess?
    let results: [String]

    init(child: consuming ChildProcess, results: [String]) {
        self.child = consume child
        self.results = results
    }

    deinit {
        guard let child = child.take() else { return }
        child.send(signal: SIGKILL)
        _ = try? child.finish()
    }
}
