import ArgumentParser
import CommandSupport
import Taskstats

/// The selection of exits, the same for the daemon and for a recording.
struct FilterOptions: ParsableArguments {
    static let explanation = """
        A condition is an expression of --filter. Some have a short option, which means the same. Different conditions \
        must all hold; several values of one condition are alternatives, in one option or in several.
          --filter              short option            selects tasks
          uid=NAME,...          --uid NAME,...          of users, by name or number
          gid=NAME,...                                  of these groups
          ppid=NUMBER,...                               with these parents
          comm=PATTERN          --comm PATTERN          by command, as in 'git*'
          command_line=PATTERN  --command-line PATTERN  by arguments, as in '*--all*'
          unit=PATTERN          --unit PATTERN          by unit, as in nginx.service
          cgroup=PATTERN        --cgroup PATTERN        by path, as in '/user.slice/*'
          container=PREFIX      --container PREFIX      of a container, by id
          exit=failed           --failed                nonzero code, or a signal
          exit=signaled                                 ended by a signal
          exit=ok                                       with exit code 0
          min_elapsed=TIME      --longer-than TIME      that lived at least this long

        A pattern must match the whole text; the arguments of a command line are separated by blanks. A container is \
        selected by the start of its id. A task whose origin is unknown satisfies no condition on it.
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

    @Option(
        name: .customLong("command-line"),
        help: ArgumentHelp(
            "Only these arguments: --filter command_line=PATTERN; can be repeated.", valueName: "pattern"))
    var commandLines: [String] = []

    @Option(
        name: .customLong("unit"),
        help: ArgumentHelp("Only these systemd units: --filter unit=PATTERN; can be repeated.", valueName: "pattern"))
    var units: [String] = []

    @Option(
        name: .customLong("cgroup"),
        help: ArgumentHelp("Only these control groups: --filter cgroup=PATTERN; can be repeated.", valueName: "pattern")
    )
    var cgroups: [String] = []

    @Option(
        name: .customLong("container"),
        help: ArgumentHelp("Only these containers: --filter container=PREFIX; can be repeated.", valueName: "prefix"))
    var containers: [String] = []

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
            for (name, option, values) in [
                ("comm", "--comm", commands), ("uid", "--uid", users), ("command_line", "--command-line", commandLines),
                ("unit", "--unit", units), ("cgroup", "--cgroup", cgroups), ("container", "--container", containers),
            ] {
                conditions += values.map { .init(name, $0, spelling: option + " ") }
            }
            if let longerThan { conditions.append(.init("min_elapsed", longerThan, spelling: "--longer-than ")) }
            return try FilterExpression.filter(of: conditions)
        } catch {
            throw ValidationError(error.description)
        }
    }

    func validate() throws { _ = try filter() }

    /// Returns the subscription for a daemon, whose machine determines the meaning of "N" in a list of CPUs.
    func subscription(
        fields: FieldSet, origin: Bool = false, starts: Bool = false, on server: ServerInfo
    ) throws -> Subscription {
        let subscription = Subscription(
            cpus: try cpuSet(on: server), scope: scope ?? .task, fields: fields, filter: try filter(), origin: origin,
            starts: starts)
        try OriginFeature.check(subscription, on: server)
        return subscription
    }

    /// Returns the CPUs of a recording to select; nil for all of them.
    func recordedCPUs() throws(ValidationError) -> CPUSet? {
        guard cpus != "all" else { return nil }
        do throws(CPUSet.ParsingError) {
            return try CPUSet(kernelList: cpus)
        } catch {
            throw ValidationError("--cpus \(cpus): must be a list of CPUs, as in 0-3,8.")
        }
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
