import Glibc
import Taskstats
import TestSupport
import Testing

extension SystemTests {
    /// Users that do everything they can, one and many.
    @Suite struct MobTests {
        /// contrib/bench measures how fast the others are served.
        @Test(arguments: [1, 31])
        func `all others are served and lose nothing, and everything is released`(users: Int) throws {
            let program = try RunningDaemon.installable
            let daemon = try RunningDaemon(["--group", "nogroup"], under: Host.unhindered, program: program)
            // Other users may have no access to the build directory.
            let load = daemon.directory.file("exit-load")
            let copy = try Host.run(["install", "-m", "755", try ChildProcess.product("exit-load"), load])
            try #require(copy.status == 0, "\(copy.errors)")
            var mob = try Host.start(Script.command("mob.py", daemon.socket, "50000", "\(users)", load))
            try #require(try mob.line() == "ready")

            for user in ["0", "2", "3:65534"] {
                let command = Script.command("bystander.py", user, "100", "2", daemon.socket)
                let rounds = try Script.numbers(Host.unhindered + command)
                try #require(rounds.count == 1 && rounds.allSatisfy { $0.count == 4 })
                for some in rounds { #expect(some[2] == 0 && some[3] == 0) }
            }
            let status = try #require(try daemon.connect().status().daemon)
            #expect(status.cpus.allSatisfy { $0.lost == 0 }, "records were lost in the kernel")

            mob.send(signal: SIGTERM)
            let result = try mob.finish()
            #expect(result.status == 0, "\(result.errors)")
            let refusals = Set(result.output.split(separator: "\n").compactMap { $0.split(separator: " ").first })
            #expect(!refusals.isDisjoint(with: ["connections", "connections_per_uid"]), "\(refusals)")
            #expect(try daemon.wait(.seconds(10)) { $0.clients == 1 && $0.subscribers == 0 && $0.queuedBytes == 0 })
        }
    }
}
