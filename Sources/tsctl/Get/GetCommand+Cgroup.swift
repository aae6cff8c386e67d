import ArgumentParser
import CommandSupport
import Taskstats

/// `get` for a cgroup: of version 2 by queries for its processes, of version 1 by a query for the cgroup.
extension GetCommand {
    /// The cgroup of version 2 that the options select; nil if they select none.
    func selectedCgroup() throws -> Cgroup? {
        guard cgroup != nil || unit != nil else { return nil }
        let lookup = CgroupLookup(mounts: try MountTable.read())
        if let unit { return try lookup.cgroup(ofUnit: unit) }
        let found = try cgroup.flatMap { try lookup.cgroup(at: $0) }
        if found == nil, interval != nil {
            throw ValidationError(
                "--interval requires a cgroup of version 2, which '\(PrintableText.of(cgroup ?? ""))' is not.")
        }
        return found
    }

    /// Shows a cgroup of version 2.
    func show(_ cgroup: Cgroup, _ connection: TaskstatsConnection) throws {
        AccessHint.printIfNeeded(connection.server)
        var report = CgroupReport(cgroup, on: connection, isJSON: json, times: times.format)
        if let interval {
            try report.follow(every: interval, count: count, reconnector: reconnection.reconnector)
        } else {
            try report.showTotals()
        }
    }

    /// Shows the number of tasks of a cgroup of version 1 in each state.
    func showStates(of path: String, _ connection: TaskstatsConnection) throws {
        // The absolute path without links: the daemon has another working directory, and follows no links.
        let directory = CgroupLookup.resolved(path) ?? path
        var output = StandardOutput()
        if json {
            output.line(try connection.statsText(ofCgroup: directory))
        } else {
            let stats = try connection.stats(ofCgroup: directory)
            for line in CgroupScreen.lines(path: directory, stats) { output.line(line) }
        }
        try output.flush()
    }

    /// Checks the options that select a cgroup.
    func validateCgroup() throws {
        guard cgroup != nil || unit != nil else { return }
        if csv || fields != nil || arrangement.isGiven {
            throw ValidationError(
                "--csv, --fields, --sort, --reverse and --limit cannot be combined with --cgroup or --unit.")
        }
        if let cgroup, cgroup.isEmpty { throw ValidationError("--cgroup requires a path.") }
        guard let unit else { return }
        if unit.isEmpty { throw ValidationError("--unit requires a name, as in nginx.service.") }
        if unit.contains("/") {
            throw ValidationError("--unit takes a name without a slash, as in nginx.service; --cgroup takes a path.")
        }
    }
}
