import LinuxSystem
import TaskstatsClient

/// The conditions of `--filter`, each written as name=value.
enum FilterExpression {
    /// What is wrong with a condition.
    struct Problem: Error, Equatable, CustomStringConvertible {
        let description: String
    }

    /// All conditions as one filter; those of the same list add up.
    static func filter(_ expressions: [String]) throws(Problem) -> RecordFilter {
        var filter = RecordFilter()
        for expression in expressions {
            guard let equals = expression.firstIndex(of: "=") else {
                throw Problem(description: "--filter takes name=value, as in exit=failed; '\(expression)' has no '='")
            }
            let (name, value) = (expression[..<equals], String(expression[expression.index(after: equals)...]))
            guard !value.isEmpty else { throw Problem(description: "--filter \(name)= lacks a value") }
            try apply(String(name), value, to: &filter)
        }
        return filter
    }

    private static func apply(_ name: String, _ value: String, to filter: inout RecordFilter) throws(Problem) {
        switch name {
        case "uid":
            filter.uids = (filter.uids ?? []) + (try ids(value, "user", { AccountDatabase.user(named: $0)?.uid }))
        case "gid": filter.gids = (filter.gids ?? []) + (try ids(value, "group", AccountDatabase.groupID(named:)))
        case "ppid": filter.ppids = (filter.ppids ?? []) + (try ids(value, "process id", { _ in nil }))
        case "comm":
            guard filter.command == nil else { throw Problem(description: "--filter comm= can be given once") }
            guard let pattern = GlobPattern(value) else {
                throw Problem(description: "--filter comm=\(value): a pattern like 'git*' with its brackets closed")
            }
            filter.command = pattern
        case "exit":
            guard filter.exit == nil else { throw Problem(description: "--filter exit= can be given once") }
            guard let exit = RecordFilter.Exit(rawValue: value) else {
                throw Problem(description: "--filter exit=\(value): must be failed, signaled or ok")
            }
            filter.exit = exit
        case "min_elapsed":
            guard let microseconds = microseconds(value) else {
                throw Problem(
                    description: "--filter min_elapsed=\(value): a time with its unit, as in 500ms, 2s or 10min")
            }
            filter.minElapsedMicroseconds = microseconds
        default:
            throw Problem(
                description: "--filter knows no '\(name)'; it knows uid, gid, ppid, comm, exit and min_elapsed")
        }
    }

    private static func ids(
        _ list: String, _ kind: String, _ lookUp: (String) -> UInt32?
    ) throws(Problem) -> [UInt32] {
        var ids: [UInt32] = []
        for item in list.split(separator: ",", omittingEmptySubsequences: false).map(String.init) {
            guard let id = UInt32(item) ?? lookUp(item) else {
                throw Problem(description: "--filter: there is no \(kind) '\(item)'")
            }
            ids.append(id)
        }
        return ids
    }

    /// A time with its unit, in microseconds.
    static func microseconds(_ text: String) -> UInt64? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let scales: [String: UInt64] = [
            "us": 1, "ms": 1_000, "s": 1_000_000, "min": 60_000_000, "h": 3_600_000_000,
        ]
        guard let number = UInt64(digits), let scale = scales[String(text.dropFirst(digits.count))] else { return nil }
        let (product, overflow) = number.multipliedReportingOverflow(by: scale)
        return overflow || product > UInt64(Int64.max) ? nil : product
    }
}
