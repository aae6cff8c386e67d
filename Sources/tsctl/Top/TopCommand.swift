import ArgumentParser
import CommandSupport
import Glibc
import Taskstats

/// `tsctl top`: where processes wait now.
struct TopCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "top",
        abstract: "Shows where processes wait now: for CPU, storage, swap and memory.",
        discussion: """
            A live screen of the activity of each process in the last interval, in percent of one thread's time: 100 \
            is one thread, all the time. RUN is the time on a CPU, ALL the sum of all waits: CPUWAIT (runnable, no CPU \
            free), BLKIO, SWAP, RECLAIM, THRASH, COMPACT, COW (copy-on-write) and IRQ. Waits can be nested, like \
            reclaim that waits for a disk. READ and WRITE are bytes per second from and to storage, with + if those of \
            some threads are withheld from you; PPID is the parent process. A narrow terminal shows fewer columns. \
            Processes that ended in the interval are shown too, however short-lived; \
            those with the same command, user and exit status share a row. The record of an ended task lacks up to one \
            tick of its time on a CPU, so RUN can be a range like 0.1–77.3; --sort run uses its upper end.

            --by adds up living and ended processes with the same command, user, systemd unit, container or control \
            group: TASKS is the number of living ones, ENDED of those that ended in the interval. Processes outside \
            of all units or containers are in the row (none), those that are unknown in the row (unknown). --match \
            then selects rows by a part of that name.

            Keys: h for help, < > or a column's letter to sort, / to filter, i and e to hide idle and ended ones, t \
            for threads, p to pause, + and - to change the interval, q to quit.

            If standard output is not a terminal, or with --batch, each interval is printed as plain text; with --json \
            as one line, with times in nanoseconds and bytes in the interval; with --csv as one row per process.

            \(DurationArgument.explanation)

            Examples:
              tsctl top
              tsctl top --sort blkio --interval 1
              tsctl top --sort write
              tsctl top --match postgres --threads
              tsctl top --by unit --busy
              tsctl top --batch --count 1 --busy --limit 10
              tsctl top --json | jq -c '.processes[] | select(.stats.blkio_delay_total > 0)'
            """)

    @Option(
        help: ArgumentHelp("The length of an interval (default: 2s).", valueName: "time"),
        transform: DurationArgument.interval)
    var interval = DurationArgument(seconds: 2)

    @Option(help: Grouping.help("Add up the rows"))
    var by: Grouping?

    @Option(help: ArgumentHelp("Sort by this column, in lower case.", valueName: "column"))
    var sort = TopColumn.all

    @Flag(help: "Reverse the sort order.")
    var reverse = false

    @Option(
        help: ArgumentHelp("Only rows with this part of a command, start of a user name, or id.", valueName: "text"))
    var match = ""

    @Flag(help: "Hide rows that neither ran nor waited.")
    var busy = false

    @Flag(help: "Show threads instead of processes.")
    var threads = false

    @Option(
        help: ArgumentHelp("Show at most this number of rows.", valueName: "number"), transform: CountArgument.parse)
    var limit: Int?

    @Option(
        help: ArgumentHelp("Stop after this number of intervals.", valueName: "number"), transform: CountArgument.parse)
    var count: Int?

    @Flag(help: "Print each interval as text, even on a terminal.")
    var batch = false

    @Flag(help: "Print each interval as one line of JSON.")
    var json = false

    @Flag(help: "Print each interval as rows of CSV, with raw numbers.")
    var csv = false

    @OptionGroup var times: TimeOptions

    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        guard [json, batch, csv].count(where: { $0 }) <= 1 else {
            throw ValidationError("Give either --batch, --json or --csv.")
        }
        if times.format != .screen, !csv { throw ValidationError("--iso and --utc require --csv.") }
    }

    func run() throws {
        var view = TopView(interval: interval)
        view.sort = sort
        view.grouping = by
        view.isReversed = reverse
        view.filter = match
        view.showsIdle = !busy
        view.limit = limit
        let isLive = !batch && !json && !csv && TerminalSession.isPossible
        if isLive, connection.debug, isatty(STDERR_FILENO) == 1 {
            throw Failure("--debug would write into the screen; redirect it, as in: tsctl top --debug 2>lines")
        }
        let session = try TopSession(
            try TopConnection(
                connection, subject: threads ? .thread : .process, needsControlGroups: by?.requiresOrigin ?? false),
            view: view)
        AccessHint.printIfNeeded(session.server)
        if json || csv, session.state.lacksOrigins { Console.print(TopScreen.originNote) }
        if isLive {
            var live = TopLiveScreen(session, count: count)
            return try live.run()
        }
        if json || csv { DelayAccountingHint.printIfNeeded(session.server, fields: TimeKind.fields) }
        let form: OutputForm = json ? .json : csv ? .csv : .text
        var stream = TopStream(session, as: form, times: times.format, count: count)
        try stream.run()
    }
}

extension TopColumn: ExpressibleByArgument {}
