import ArgumentParser
import CommandSupport
import Taskstats
import TaskstatsProtocol

/// `tsctl get`: the counters of tasks, processes or a cgroup so far.
struct GetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Shows the counters of tasks, processes or a cgroup so far.",
        discussion: """
            One task or process is shown as a report, several as a table, as are those of --comm. --pid shows all threads together if the id \
            belongs to a process with several, --tid shows one thread; with --json, --pid is one thread, as in the \
            protocol.

            In the table RUN is the time on a CPU, as one value or as a range, because the kernel counts it in ticks. \
            CPUWAIT, BLKIO, SWAP and so on are the times spent waiting for a CPU, block I/O, swap-in, reclaim, \
            thrashing pages, compaction, copy-on-write and interrupts. Times are in milliseconds; long times have a \
            unit. PEAK is resident memory. For a process, READ and WRITTEN (storage), faults and longest waits are the \
            sum or the maximum over its threads, at most \(TaskSample.mostThreads) of them: + marks values without ended \
            threads, - unknown values. A narrow terminal shows fewer columns.

            With --interval, each row shows the changes of one task in one interval, starting after the first \
            interval, until Ctrl-C or --count. \(DurationArgument.explanation)

            --sort takes a column in lower case (run, cpuwait, blkio, command...) or a field. Numbers come largest \
            first.

            --cgroup and --unit show the sums over the processes of a cgroup and of all cgroups below it: waits, CPU time \
            and I/O of those that live, and the pressure that the kernel reports for the cgroup. Processes that are not \
            included are counted, with the reason. With --interval, each row shows rates: times in percent of one \
            thread's time, bytes per second, and as PSI the share of the interval in which some task was stalled; MISSED \
            is the number of processes that are not included. --cgroup takes a directory, or a path as \
            /proc/PID/cgroup shows it. A cgroup of version 1 has only the number of tasks in each state.

            A missing task is reported on standard error and sets the exit status to 1; the others are shown.

            Examples:
              tsctl get --pid 1                         the report of a process
              tsctl get --tid 4711                      the report of one thread
              tsctl get -p $(pgrep -d, postgres)        a table
              tsctl get --pid 812 --threads             each thread, and the sums
              tsctl get --all --sort blkio --limit 10   the longest waits for disks
              tsctl get --pid 812 --interval 1          its activity in each second
              tsctl get --all --csv > processes.csv     raw numbers for a spreadsheet
              tsctl get --pid 1 --fields delay,nvcsw    selected fields only
              tsctl get --pid 1 --json | jq .stats.cpu_delay_total
              tsctl get --comm 'postgres*' --sort blkio processes with such a name
              tsctl get --unit nginx.service            the sums over a unit's processes
              tsctl get --cgroup /user.slice --json     the same for a cgroup, as JSON
            """)

    @Option(
        name: .shortAndLong, help: ArgumentHelp("Processes or threads, by id.", valueName: "id,..."),
        transform: IDList.init(parsing:))
    var pid: [IDList] = []

    @Option(
        name: .long, help: ArgumentHelp("Threads, by id.", valueName: "id,..."),
        transform: IDList.init(parsing:))
    var tid: [IDList] = []

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("All tasks of a process together, by process id.", valueName: "id,..."),
        transform: IDList.init(parsing:))
    var tgid: [IDList] = []

    @Flag(help: "Every process that you can see.")
    var all = false

    @Option(
        name: .customLong("comm"),
        help: ArgumentHelp("Processes that you can see, by command; can be repeated.", valueName: "pattern"))
    var commands: [String] = []

    @Option(
        help: ArgumentHelp("A cgroup, by its directory or its path in /proc/PID/cgroup.", valueName: "path"),
        completion: .directory)
    var cgroup: String?

    @Option(help: ArgumentHelp("The cgroup of a unit of systemd, by its name.", valueName: "name"))
    var unit: String?

    @Flag(help: "Each thread of these processes, and their sums.")
    var threads = false

    @Option(
        help: ArgumentHelp("Fields or groups to show, separated by commas.", valueName: "names"),
        completion: FieldSelection.completion, transform: FieldSelection.init(parsing:))
    var fields: FieldSelection?

    @OptionGroup var arrangement: ArrangementOptions

    @Option(
        help: ArgumentHelp("Show the changes in each interval of this length.", valueName: "time"),
        transform: DurationArgument.interval)
    var interval: DurationArgument?

    @Option(
        help: ArgumentHelp("Stop after this number of intervals.", valueName: "number"), transform: CountArgument.parse)
    var count: Int?

    @Flag(
        help: ArgumentHelp(
            "Print the replies as lines of JSON.",
            discussion: """
                One object for each reply of taskstatsd. --all prints two for a process: its first thread, and the \
                sums over all threads. --cgroup and --unit print one for the sums, in which missing_processes counts \
                the processes that are not included, by reason. With --interval the objects have the differences, and \
                also time and interval_us.
                """))
    var json = false

    @Flag(help: "Print the table as CSV, with raw numbers and units in the header.")
    var csv = false

    @OptionGroup var times: TimeOptions
    @OptionGroup var reconnection: ReconnectOption
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        let named = !pid.isEmpty || !tid.isEmpty || !tgid.isEmpty
        let subjects = [named, all, !commands.isEmpty, cgroup != nil, unit != nil]
        guard subjects.count(where: { $0 }) == 1 else {
            throw ValidationError("Give either --pid, --tid or --tgid, or --all, --comm, --cgroup or --unit.")
        }
        _ = try patterns()
        if json, csv { throw ValidationError("Give either --json or --csv.") }
        if json, times.format != .screen { throw ValidationError("--iso and --utc cannot be combined with --json.") }
        try validateCgroup()
        if reconnection.reconnect, interval == nil { throw ValidationError("--reconnect requires --interval.") }
        if threads, !named || !tid.isEmpty { throw ValidationError("--threads requires --pid or --tgid.") }
        if count != nil, interval == nil { throw ValidationError("--count requires --interval.") }
    }

    func run() throws {
        let selected = try selectedCgroup()
        let connection = try connection.connect()
        if let selected { return try show(selected, connection) }
        connection.keepsText = json
        if let cgroup { return try showStates(of: cgroup, connection) }
        let targets = pid.ids.map(target) + tid.ids.map(QueryTarget.pid) + tgid.ids.map(QueryTarget.tgid)
        if all || !commands.isEmpty { AccessHint.printIfNeeded(connection.server) }
        let isTable = all || threads || csv || interval != nil || targets.count > 1 || arrangement.isGiven
        guard let target = targets.first, !isTable else { return try showTable(targets, connection) }
        let wanted = fields?.set ?? .all
        var output = StandardOutput()
        if json {
            output.line(try text(of: target, from: connection, fields: wanted))
        } else {
            for line in try screen(of: target, from: connection) { output.line(line) }
        }
        DelayAccountingHint.printIfNeeded(connection.server, fields: wanted)
        try output.flush()
    }

    /// Returns the process if the id is that of one with several threads; for JSON the task, as in the protocol.
    private func target(of id: UInt32) -> QueryTarget {
        !json && ProcessDirectory.isLeaderOfSeveral(id) ? .tgid(id) : .pid(id)
    }

    private func showTable(_ targets: [QueryTarget], _ connection: TaskstatsConnection) throws {
        let selection: TaskSample.Selection =
            if all {
                .all
            } else if !commands.isEmpty {
                .matching(try matchingPatterns(connection.server), target)
            } else {
                threads ? .threads((pid + tgid).ids) : .named(targets)
            }
        let hasTime = interval != nil
        let tick = connection.server.tick ?? CPUTime.longestTick
        let form: TableReport.Form =
            if json {
                .json(fields?.set ?? .all)
            } else if csv {
                .csv(TaskCSV(fields: fields, hasTime: hasTime, tick: tick, times: times.format))
            } else {
                .table(
                    TaskTable(
                        fields: fields, hasTime: hasTime, tick: tick,
                        style: .forStandardOutput(), width: Terminal.width, times: times.format))
            }
        var report = TableReport(
            selection: selection, order: arrangement.order, form: form, connection: connection,
            reconnector: reconnection.reconnector)
        let isComplete =
            if let interval { try report.follow(every: interval, count: count) } else { try report.showTotals() }
        if !isComplete { throw ExitCode.failure }
    }

    private func text(
        of target: QueryTarget, from connection: TaskstatsConnection, fields: FieldSet
    ) throws(TaskstatsError) -> [UInt8] {
        switch target {
        case .pid(let id): try connection.statsText(ofTask: id, fields: fields)
        case .tgid(let id): try connection.statsText(ofProcess: id, fields: fields)
        case .cgroup(let directory): try connection.statsText(ofCgroup: directory)
        }
    }

    private func screen(of target: QueryTarget, from connection: TaskstatsConnection) throws -> [String] {
        let wanted = fields?.set ?? .all
        // Fields that the sums of a process lack come from its threads.
        let isInSums = wanted.allSatisfy { $0.isFilledInProcessRecords && $0.group != .extreme }
        let sample = try TaskSample.take(
            .named([target]), fields: wanted, leaders: !isInSums, threads: !isInSums, on: connection, interruptedBy: -1)
        guard let row = sample.rows.first else {
            throw Failure(sample.failures.first?.problem ?? "taskstatsd did not answer")
        }
        let tick = connection.server.tick ?? CPUTime.longestTick
        return TaskScreen(row, tick: tick, style: .forStandardOutput(), times: times.format)
            .lines(selected: fields)
    }
}

/// Ids of tasks or processes separated by commas, as for ps.
struct IDList: Equatable {
    let ids: [UInt32]

    /// Parses ids separated by commas or blanks.
    init(parsing text: String) throws(ValidationError) {
        var ids: [UInt32] = []
        for word in text.split(whereSeparator: { $0 == "," || $0 == " " || $0 == "\n" }) {
            guard let id = Int32(word), id >= 1 else {
                throw ValidationError("'\(word)' is not an id: ids are integers of at least 1, separated by commas")
            }
            ids.append(UInt32(id))
        }
        guard !ids.isEmpty else { throw ValidationError("it contains no id") }
        self.ids = ids
    }
}

extension [IDList] {
    /// All ids, each once, in the given order.
    var ids: [UInt32] {
        var seen: Set<UInt32> = []
        return flatMap(\.ids).filter { seen.insert($0).inserted }
    }
}
