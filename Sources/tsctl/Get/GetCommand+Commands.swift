import ArgumentParser
import CommandSupport
import Taskstats

/// The selection of processes by command.
extension GetCommand {
    /// The patterns of `--comm`.
    func patterns() throws(ValidationError) -> [GlobPattern] {
        do throws(FilterExpression.Problem) {
            let conditions = commands.map { FilterExpression.Condition("comm", $0, spelling: "--comm ") }
            return try FilterExpression.filter(of: conditions).commands ?? []
        } catch {
            throw ValidationError(error.description)
        }
    }

    /// Returns the patterns; throws if no process that this user can see matches one, and reports processes of other
    /// users.
    func matchingPatterns(_ server: ServerInfo) throws -> [GlobPattern] {
        let patterns = try patterns()
        let all = try ProcessDirectory.processes(matching: patterns).count
        let own =
            server.access == .all
            ? all : try ProcessDirectory.processes(matching: patterns, ofUser: server.uid).count
        let others = all > own ? all - own : 0
        let withheld = "\(others) matching \(others == 1 ? "process belongs" : "processes belong") to other users"
        guard own > 0 else {
            let names = commands.map { "'\($0)'" }.joined(separator: " or ")
            throw Failure(
                "no process that you can see has a command that matches \(names)"
                    + (others == 0 ? " (see /proc/PID/comm for the names)" : "; \(withheld)"))
        }
        if others > 0 { Console.print("\(withheld), and \(others == 1 ? "is" : "are") not shown") }
        return patterns
    }
}
