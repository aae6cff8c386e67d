import ArgumentParser
import Taskstats

/// The selection of exits, the same for the daemon and for a recording.
struct FilterOptions: ParsableArguments {
    static let explanation = """
        A condition is an expression of --filter. Some have a short option, which means the same. Different conditions \
        must all hold; several values of one condition are alternatives, in one option or in several.
          uid=NAME,...      --uid NAME,...      these users, by name or number
          gid=NAME,...                          these groups
          ppid=NUMBER,...                       children of these processes
          comm=PATTERN      --comm PATTERN      these commands, as in git* or '[kw]*'
          exit=failed       --failed            a nonzero exit code, or a signal
          exit=signaled                         a signal
          exit=ok                               exit code 0
          min_elapsed=TIME  --longer-than TIME  lived at least this long
        """

    @Option(help: ArgumentHelp("The CPUs on which tasks end, as in 0-3,8.", valueName: "list"))
    var cpus = "all"

    @Option(help: ArgumentHelp("task: every thread; process: only the end of a process.", valueName: "task|process"))
    var scope: RecordScope?

    @Flag(help: "Only failed tasks: --filter exit=failed.")
    var failed = false

    @Option(
        name: .customLong("comm"),
        help: ArgumentHelp("Only these commands: --filter comm=PATTERN; can be repeated.", valueName: "pattern"))
    var commands: [String] = []

    @Option(
        name: .customLong("uid"),
        help: ArgumentHelp("Only these users: --filter uid=USERS; can be repeated.", valueName: "users"))
    var users: [String] = []

    @Option(help: ArgumentHelp("Only tasks at least this old: --filter min_elapsed=TIME.", valueName: "time"))
    var longerThan: String?

    @Option(
        name: .customLong("filter"),
        help: ArgumentHelp("Only tasks that satisfy this condition; can be repeated.", valueName: "name=value"),
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
