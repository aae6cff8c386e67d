import LinuxSystem
import Taskstats

/// The conditions for records, as users write them.
enum FilterExpression {
    /// An error in a condition.
    struct Problem: Error, Equatable, CustomStringConvertible {
        let description: String
    }

    /// One condition, and its spelling.
    struct Condition {
        let name: String
        let value: String
        /// The text before the value: "--filter comm=", or "--comm ".
        let spelling: String

        /// Parses a name=value of `--filter`.
        init(parsing expression: String) throws(Problem) {
            guard let equals = expression.firstIndex(of: "=") else {
                throw Problem(description: "--filter takes name=value, as in exit=failed; '\(expression)' has no '='")
            }
            self.init(
                String(expression[..<equals]), String(expression[expression.index(after: equals)...]),
                spelling: "--filter \(expression[...equals])")
        }

        init(_ name: String, _ value: String, spelling: String) {
            self.name = name
            self.value = value
            self.spelling = spelling
        }
    }

    /// Returns the conditions of `--filter` as one filter.
    static func filter(_ expressions: [String]) throws(Problem) -> RecordFilter {
        var conditions: [Condition] = []
        for expression in expressions { conditions.append(try Condition(parsing: expression)) }
        return try filter(of: conditions)
    }

    /// Returns all conditions as one filter; those of the same list add up.
    static func filter(of conditions: [Condition]) throws(Problem) -> RecordFilter {
        var filter = RecordFilter()
        for condition in conditions {
            guard !condition.value.isEmpty else { throw Problem(description: "\(condition.spelling) requires a value") }
            try apply(condition, to: &filter)
        }
        return filter
    }

    private static func apply(_ condition: Condition, to filter: inout RecordFilter) throws(Problem) {
        let (value, given) = (condition.value, condition.spelling + condition.value)
        switch condition.name {
        case "uid":
            filter.uids = (filter.uids ?? []).union(
                try ids(condition, "user", { AccountDatabase.user(named: $0)?.uid }))
        case "gid":
            filter.gids = (filter.gids ?? []).union(try ids(condition, "group", AccountDatabase.groupID(named:)))
        case "ppid": filter.ppids = (filter.ppids ?? []).union(try ids(condition, "process id", { _ in nil }))
        case "comm": filter.commands = (filter.commands ?? []) + [try pattern(condition)]
        case "unit": filter.units = (filter.units ?? []) + [try pattern(condition)]
        case "cgroup": filter.cgroups = (filter.cgroups ?? []) + [try pattern(condition)]
        case "command_line": filter.commandLines = (filter.commandLines ?? []) + [try pattern(condition)]
        case "container": filter.containers = (filter.containers ?? []) + [value]
        case "exit":
            guard filter.exit == nil else { throw twice(condition) }
            guard let exit = RecordFilter.Exit(rawValue: value) else {
                throw Problem(description: "\(given): must be failed, signaled or ok")
            }
            filter.exit = exit
        case "min_elapsed":
            guard let time = DurationArgument(value) else {
                throw Problem(description: "\(given): \(DurationArgument.expectation)")
            }
            filter.minElapsedMicroseconds = max(filter.minElapsedMicroseconds ?? 0, time.microseconds)
        default:
            throw Problem(
                description:
                    "unknown condition '\(condition.name)'; --filter takes uid, gid, ppid, comm, exit, min_elapsed, "
                    + "unit, cgroup, container and command_line")
        }
    }

    private static func twice(_ condition: Condition) -> Problem {
        Problem(description: "the condition \(condition.name) can be given only once")
    }

    private static func pattern(_ condition: Condition) throws(Problem) -> GlobPattern {
        guard let pattern = GlobPattern(condition.value) else {
            throw Problem(
                description:
                    "\(condition.spelling)\(condition.value): must be a pattern like 'git*', with closed brackets")
        }
        return pattern
    }

    private static func ids(
        _ condition: Condition, _ kind: String, _ lookUp: (String) -> UInt32?
    ) throws(Problem) -> [UInt32] {
        var ids: [UInt32] = []
        for item in condition.value.split(separator: ",", omittingEmptySubsequences: false).map(String.init) {
            guard let id = UInt32(item) ?? lookUp(item) else {
                throw Problem(description: "\(condition.spelling.prefix { $0 != " " }): unknown \(kind) '\(item)'")
            }
            ids.append(id)
        }
        return ids
    }
}
