import ArgumentParser
import Glibc
import TaskstatsClient

/// `tsctl top`: where processes wait now.
struct TopCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "top",
        abstract: "Shows where processes wait now: for CPU, storage, swap and memory.",
        discussion: """
            A live screen of what each process did in the last interval, in percent of one thread's time: 100 is one \
            thread, all the time. RUN is the time on a CPU, ALL that of all waits together: CPU (able to run, none free), \
            BLKIO, SWAP, RECLAIM, THRASH, COMPACT, COW (copy-on-write) and IRQ. Waits can lie within others, as reclaim \
            that waits for a disk. Processes that ended in the interval are shown too, however short they lived.

            Keys: h help, < > or a column's letter to sort, / to filter, i and e to leave out idle and ended ones, t for \
            threads, p to pause, + and - for the interval, q to quit.

            Where standard output is no terminal, or with --batch, each interval is printed as plain text; with --json as \
            one line, with times in nanoseconds.

            Examples:
              tsctl top
              tsctl top --sort blkio --interval 1
              tsctl top --filter postgres --threads
              tsctl top --batch --count 1 --busy --limit 10
              tsctl top --json | jq -c '.processes[] | select(.stats.blkio_delay_total > 0)'
            """)

    @Option(
        help: ArgumentHelp("How long an interval is.", valueName: "seconds"), transform: Interval.init(parsing:))
    var interval = Interval(milliseconds: 2_000)

    @Option(help: ArgumentHelp("Sort by this column, in small letters.", valueName: "column"))
    var sort = TopColumn.all

    @Flag(help: "The other way round.")
    var reverse = false

    @Option(
        help: ArgumentHelp(
            "Show only what has this in its command, a user whose name begins so, or the process of this id.",
            valueName: "text"))
    var filter = ""

    @Flag(help: "Leave out what neither ran nor waited.")
    var busy = false

    @Flag(help: "Threads instead of processes.")
    var threads = false

    @Option(help: ArgumentHelp("Show no more rows than this.", valueName: "number"))
    var limit: Int?

    @Option(help: ArgumentHelp("End after so many intervals.", valueName: "number"))
    var count: Int?

    @Flag(help: "Print each interval as text, also on a terminal.")
    var batch = false

    @Flag(help: "Print each interval as one line of JSON.")
    var json = false

    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        if let count, count < 1 { throw ValidationError("--count is an integer from 1.") }
        if let limit, limit < 1 { throw ValidationError("--limit is an integer from 1.") }
        if json, batch { throw ValidationError("Give --batch or --json.") }
    }

    func run() throws {
        var view = TopView(interval: interval)
        view.sort = sort
        view.isReversed = reverse
        view.filter = filter
        view.showsIdle = !busy
        view.limit = limit
        let isLive = !batch && !json && TerminalSession.isPossible
        if isLive, connection.debug, isatty(STDERR_FILENO) == 1 {
            throw Failure("--debug would write into the screen: send it elsewhere, as in: tsctl top --debug 2>lines")
        }
        let session = try TopSession(try TopConnection(connection, subject: threads ? .thread : .process), view: view)
        if isLive {
            var live = TopLive(session, count: count)
            return try live.run()
        }
        if json { DelayAccountingHint.sayIfNeeded(session.server, fields: TimeKind.fields) }
        var stream = TopStream(session, isJSON: json, count: count)
        try stream.run()
    }
}

extension TopColumn: ExpressibleByArgument {}
