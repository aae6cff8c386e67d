import ArgumentParser
import TaskstatsClient

/// Which exits are wanted, asked in the same way of the daemon and of a recording.
struct FilterOptions: ParsableArguments {
    static let explanation = """
        Conditions for --filter; all that are given, in whatever way, must hold:
          uid=NAME,NUMBER,...   gid=...   ppid=...   any of these
          comm=PATTERN          the command name, as in comm=git* or comm='[kw]*'
          exit=failed           or signaled, or ok
          min_elapsed=500ms     lived at least so long (us, ms, s, min, h, d)
        """

    @Option(help: ArgumentHelp("The CPUs on which tasks end, as in 0-3,8.", valueName: "list"))
    var cpus = "all"

    @Option(help: ArgumentHelp("task: every thread; process: only what ends a process.", valueName: "task|process"))
    var scope: RecordScope?

    @Flag(help: "Only what failed: another exit code than 0, or a signal.")
    var failed = false

    @Option(name: .customLong("comm"), help: ArgumentHelp("Only commands of such a name.", valueName: "pattern"))
    var command: String?

    @Option(
        name: .customLong("uid"),
        help: ArgumentHelp("Only these users, by name or number; may be repeated.", valueName: "users"))
    var users: [String] = []

    @Option(help: ArgumentHelp("Only tasks that lived at least so long, as in 1s.", valueName: "time"))
    var longerThan: String?

    @Option(
        name: .customLong("filter"), help: ArgumentHelp("A condition; may be repeated.", valueName: "name=value"),
        completion: FilterExpression.completion)
    var filters: [String] = []

    /// All conditions together.
    func filter() throws(ValidationError) -> RecordFilter {
        do throws(FilterExpression.Problem) {
            var conditions: [FilterExpression.Condition] = []
            for expression in filters { conditions.append(try FilterExpression.Condition(parsing: expression)) }
            if failed { conditions.append(.init("exit", "failed", spelling: "--failed")) }
            if let command { conditions.append(.init("comm", command, spelling: "--comm ")) }
            for list in users { conditions.append(.init("uid", list, spelling: "--uid ")) }
            if let longerThan { conditions.append(.init("min_elapsed", longerThan, spelling: "--longer-than ")) }
            return try FilterExpression.filter(of: conditions)
        } catch {
            throw ValidationError(error.description)
        }
    }

    func validate() throws { _ = try filter() }

    /// What to ask of the daemon.
    func subscription(fields: FieldSet) throws(ValidationError) -> Subscription {
        Subscription(cpus: cpus, scope: scope ?? .task, fields: fields, filter: try filter())
    }
}

extension RecordScope: ExpressibleByArgument {}
