import Glibc
import TestSupport
import Testing

extension SystemTests {
    /// Admission of clients.
    @Suite struct AccessAdmissionTests {
        private static let field = ["setpriv", "--reuid=61002", "--regid=61002", "--groups=65534"]

        @Test func `with --default-access none only root and the group are served; others receive the reason`() throws {
            let daemon = try RunningDaemon(["--default-access", "none", "--group", "nogroup"])
            let pid = "\(daemon.pid)"
            #expect(try daemon.connect().server.access == .all)
            #expect(try Host.run(daemon.tsctl(["get", "--pid", pid], as: Self.field)).status == 0)
            let stranger = ["setpriv", "--reuid=61002", "--regid=61002", "--clear-groups"]
            for command in [["get", "--pid", "self"], ["watch", "--count", "1"], ["status"]] {
                let refused = try Host.run(daemon.tsctl(command.map { $0 == "self" ? pid : $0 }, as: stranger))
                #expect(refused.status == 1)
                #expect(refused.output.isEmpty)
                #expect(refused.errors.contains("only root and the privileged group are served on this host"))
            }
        }

        @Test func `--default-access accepts own or none, and own is the default`() throws {
            let wrong = try Host.run([try ChildProcess.product("taskstatsd"), "--default-access", "all"])
            #expect(wrong.status == EX_USAGE)
            #expect(wrong.errors.contains("own") && wrong.errors.contains("none"))
            for options in [[], ["--default-access", "own"]] {
                let daemon = try RunningDaemon(options)
                let own = try Sleeper(Host.asNobody)
                #expect(try Host.run(daemon.tsctlAsNobody(["get", "--pid", "\(own.pid)"])).status == 0)
            }
        }

        @Test
        func `on a kernel without peer pidfds, another pid namespace is refused as well, and no other client`() throws {
            let workshop = try Workshop()
            let old = ["env", "LD_PRELOAD=\(try workshop.preload("without-peerpidfd"))"]
            let daemon = try RunningDaemon(under: old)
            #expect(try daemon.connect().server.access == .all)
            let own = try Sleeper(Host.asNobody)
            #expect(try Host.run(daemon.tsctlAsNobody(["get", "--pid", "\(own.pid)"])).status == 0)
            let contained = ["unshare", "--pid", "--fork"]
            let refused = try Host.run(daemon.tsctl(["get", "--pid", "1"], as: contained))
            #expect(refused.status == 1)
            #expect(refused.errors.contains("pid namespace"))
        }

        @Test
        func `a peer that ended before it was inspected is refused, whatever process has its connection`() throws {
            let workshop = try Workshop()
            let daemon = try RunningDaemon()
            #expect(try Script.fields(workshop.command("heir.py", daemon.socket, "\(daemon.pid)")) == [["none"]])
        }

        @Test func `a peer that ended while it was inspected is refused, even if its pid was reused`() throws {
            let workshop = try Workshop()
            let (gate, held) = try workshop.gate()
            let daemon = try RunningDaemon(under: held)
            let program = try workshop.program("target")
            let command = workshop.command("usurper.py", daemon.socket, workshop.directory.path, program, gate)
            #expect(try Script.fields(command) == [["none"]])
        }
    }
}

extension RunningDaemon {
    /// Returns the command that runs tsctl against this daemon through a launcher.
    func tsctl(_ arguments: [String], as launcher: [String]) throws -> [String] {
        // Copies tsctl to where every user can run it.
        let command = try tsctlAsNobody(arguments)
        return launcher + command.dropFirst(Host.asNobody([]).count)
    }
}
