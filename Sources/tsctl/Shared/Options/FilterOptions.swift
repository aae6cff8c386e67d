import ArgumentParser
import Taskstats

/// The selection of exits, the same for the daemon and for a recording.
struct FilterOptions: ParsableArguments {
    static let explanation = """
        Conditions for --filter, which must all hold, together with the other options:
          uid=NAME,NUMBER,...   gid=...   ppid=...   any of these
          comm=PATTERN          the command name, as in git* or '[kw]*'; can be repeated
          exit=failed           or signaled, or ok
          min_elapsed=500ms     lived at least this long (us, ms, s, min, h, d)
        """

    @Option(help: ArgumentHelp("The CPUs on which tasks end, as in 0-3,8.", valueName: "list"))
    var cpus = "all"

    @Option(help: ArgumentHelp("task: every thread; process: only the end of a process.", valueName: "task|process"))
    var scope: RecordScope?

    @Flag(help: "Only failed tasks: a nonzero exit code, or a signal.")
    var failed = false

    @Option(
        name: .customLong("comm"),
        help: ArgumentHelp("Only commands whose name matches; can be repeated.", valueName: "pattern"))
    var commands: [String] = []

    @Option(
        name: .customLong("uid"),
        help: ArgumentHelp("Only these users, by name or number; can be repeated.", valueName: "users"))
    var users: [String] = []

    @Option(help: ArgumentHelp("Only tasks that lived at least this long, as in 1s.", valueName: "time"))
    var longerThan: String?

    @Option(
        name: .customLong("filter"), help: ArgumentHelp("A condition; can be repeated.", valueName: "name=value"),
        completion: FilterExpression.completion)
    var filters: [String] = []

    /// Returns all conditions as one filter.
    func filter() throws(ValidationError) -> RecordFilter {
        do throws(FilterExpression.Problem) {
            var conditions: [FilterExpression.Condition] = []
            for expression in filters { conditions.append(try FilterExpression.Condition(parsing: expression)) }
            if failed { conditions.append(.init("exit", "failed", spelling: "--failed")) }
            for pattern in commands { conditions.append(.init("comm", pattern, spelling: "--comm ")) }
            for list in users { conditions.append(.init("uid", list, spelling: "--uid ")) }
            if let longerThan { conditions.append(.init("min_elapsed", longerThan, spelling: "--longer-than ")) }
            return try FilterExpression.filter(of: conditions)
        } catch {
            throw ValidationError(error.description)
        }
    }

    func validate() throws { _ = try filter() }

    /// Returns the subscription for a daemon, whose machine determines the meaning of "N" in a list of CPUs.
    func subscription(fields: FieldSet, on server: ServerInfo) throws -> Subscription {
        Subscription(cpus: try cpuSet(on: server), scope: scope ?? .task, fields: fields, filter: try filter())
    }

    private func cpuSet(on server: ServerInfo) throws(Failure) -> CPUSet {
        if cpus == "all" { return .all }
        do throws(CPUSet.ParsingError) {
            return try CPUSet(parsing: cpus, possible: server.possibleCPUs)
        } catch {
            throw Failure("cpus: \(error)")
        }
    }
}

extension RecordScope: ExpressibleByArgument {}
