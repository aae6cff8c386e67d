import TestSupport
import Testing

extension SystemTests {
    /// Access to origins.
    @Suite(.timeLimit(.minutes(2))) struct OriginAccessTests {
        @Test(arguments: ["all", "cgroup", "none"])
        func `a client sees and selects only what belongs to its user, and what --origin permits`(_ level: String)
            throws
        {
            let program = try OriginProgram()
            let daemon = try RunningDaemon(["--origin", level])
            try OriginProgram.check(
                Script.command("origin_access.py", daemon.socket, program.path, level),
                atLeast: level == "none" ? 20 : 25)
        }
    }
}
