import ArgumentParser
import TaskstatsClient

/// `tsctl watch`: one row for each task that ends.
struct WatchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Shows each task as it ends, until Ctrl-C.",
        discussion: """
            Conditions for --filter, all of which must hold:
              uid=NAME,NUMBER,...   gid=...   ppid=...   any of these
              comm=PATTERN          the command name, as in comm=git* or comm='[kw]*'
              exit=failed           or signaled, or ok
              min_elapsed=500ms     tasks that lived at least so long (us, ms, s, min, h)

            Columns: EXIT is the exit code or the signal, with * when core was dumped. WAIT is the time waiting for a \
            CPU, BLKIO for block I/O, MEM for memory: swap-in, reclaim, thrashing, compaction and copy-on-write \
            together. With --scope process they count for all threads. A narrow terminal shows fewer columns. Records \
            that were lost are told on standard error where they are missing.

            Examples:
              tsctl watch --scope process                 processes instead of threads
              tsctl watch --cpus 2-3 --count 10           ten exits on these CPUs
              tsctl watch --filter exit=failed --filter uid=www-data
              tsctl watch --fields ac_comm,cpu_delay_total,blkio_delay_total
              tsctl watch --json | jq -c 'select(.stats.ac_etime > 1000000)'
            """)

    @Option(help: ArgumentHelp("The CPUs on which tasks end, as in 0-3,8.", valueName: "list"))
    var cpus = "all"

    @Option(help: ArgumentHelp("task: every thread; process: only what ends a process.", valueName: "task|process"))
    var scope = RecordScope.task

    @Option(
        help: ArgumentHelp("Fields or groups to show as columns, between commas.", valueName: "names"),
        transform: FieldSelection.init(parsing:))
    var fields: FieldSelection?

    @Option(name: .customLong("filter"), help: ArgumentHelp("A condition; may be repeated.", valueName: "name=value"))
    var filters: [String] = []

    @Option(help: ArgumentHelp("End after so many exits.", valueName: "number"))
    var count: UInt64?

    @Flag(help: "Print each exit as one line of JSON.")
    var json = false

    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        if count == 0 { throw ValidationError("--count is an integer from 1.") }
        _ = try filter()
    }

    func run() throws {
        let style = Style.forStandardOutput()
        let screen = json ? nil : WatchScreen(fields: fields, scope: scope, style: style, width: Terminal.width)
        let wanted = screen?.fields ?? fields?.set ?? .all

        let connection = try connection.connect()
        connection.keepsText = json
        try connection.subscribe(
            Subscription(cpus: cpus, scope: scope, fields: wanted, filter: try filter()))
        DelayAccountingHint.sayIfNeeded(connection.server, fields: wanted)

        let interruption = try Interruption.begin()
        var stream = WatchStream(connection: connection, screen: screen, limit: count)
        let ending = try stream.run(interruptedBy: interruption)
        interruption.end()
        guard ending == .signal else { return }
        // Whether the daemon still answers makes no difference to someone who is leaving.
        try? connection.unsubscribe()
        Console.endLineOfTerminal()
        Console.say(LossText.summary(shown: stream.shown, lost: stream.lost))
    }

    private func filter() throws(ValidationError) -> RecordFilter {
        do throws(FilterExpression.Problem) {
            return try FilterExpression.filter(filters)
        } catch {
            throw ValidationError(error.description)
        }
    }
}

extension RecordScope: ExpressibleByArgument {}
