import TestSupport
import Testing

extension SystemTests {
    /// Processes that are made to confuse the daemon, or to stop it.
    @Suite(.timeLimit(.minutes(3))) struct OriginBadInputTests {
        @Test func `unusual arguments, titles, cgroups, executions and kernel threads have the right origins`() throws {
            let program = try OriginProgram()
            let daemon = try RunningDaemon(RunningDaemon.roomForStorms)
            try OriginProgram.check(Script.command("origin_bad.py", daemon.socket, program.path), atLeast: 20)
            #expect(try daemon.stop().status == 0)
        }

        /// The reading waits for the lock of the process's memory, with FUSE as its holder.
        @Test(.enabled(if: Host.exists("/dev/fuse"), "needs FUSE"))
        func `a user who blocks the reading of a command line stops neither the tracking of others nor the loop`()
            throws
        {
            let program = try OriginProgram()
            let mount = try TemporaryDirectory()
            let daemon = try RunningDaemon()
            try OriginProgram.check(
                Script.command("origin_blocked.py", daemon.socket, program.path, mount.path), atLeast: 9)
            let log = try daemon.stop()
            #expect(log.status == 0)
            #expect(log.output.contains("a process cannot be read"), "\(log.output)")
        }
    }
}
