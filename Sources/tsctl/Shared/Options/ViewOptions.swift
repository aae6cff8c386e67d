import ArgumentParser
import CommandSupport
import Taskstats

/// The format of exits, the same for live and for recorded ones.
struct ViewOptions: ParsableArguments {
    static let columns = """
        Columns: EXIT is the exit code or the signal, with * for a core dump. RUN is the time on a CPU, as one value \
        or as a range, because the last record of a task lacks up to one tick of it. CPUWAIT is the time spent waiting \
        for a CPU, BLKIO for block I/O, MEM for memory: swap-in, reclaim, thrashing, compaction and copy-on-write \
        together. With --scope process the times cover all threads. Times are in milliseconds; long times have a unit. \
        A narrow terminal shows fewer columns.
        """
    static let losses = """
        Lost records are reported where they are missing: in the table on a terminal, on standard error if the table \
        goes elsewhere, and with --json as a line like {"lost":{"where":"kernel","cpu":1,"count":144}}, which has no \
        key of an exit and which select(.stats) skips. A period without a connection is reported in the same way, in JSON \
        as {"gap":{"from":NS,"to":NS,"reason":"..."}}.
        """
    static let origin = """
        --origin adds the systemd unit and the command line. A name in brackets is that of a task whose command line \
        is unknown. On a terminal both are cut to its width. With --json each exit has "origin", an object with what \
        is known of command_args, executable, cgroup, unit, container, parents, started and session; with --csv there \
        are columns for unit, container, cgroup and command_line.
        """
    static let summary = """
        --summary adds up the ended tasks, and shows the result at the end instead of each exit: by command, or by \
        unit, container, user or cgroup with --by. Tasks outside of all units or containers are in the row (none), \
        those of unknown origin in the row (unknown). READ and WRITE are bytes from and to storage. p50 to max are \
        elapsed times, exact up to \(ElapsedDistribution.exactLimit) records of a row and within 1.6 % beyond. It lists \
        at most \(Summary.mostGroups) commands, units and so on separately; the rest count as others.

        --svg FILE implies --summary, by unit unless --by says otherwise, and also draws the waits over time: a panel \
        of stacked areas for waits for a CPU, for block I/O and for memory. The waits of a task are spread evenly over \
        its life. With "-" the picture goes to standard output and the summary is not printed.
        """

    @Option(
        help: ArgumentHelp("Fields or groups to show as columns, separated by commas.", valueName: "names"),
        completion: FieldSelection.completion, transform: FieldSelection.init(parsing:))
    var fields: FieldSelection?

    @Flag(help: "Show the systemd unit and the command line.")
    var origin = false

    @Flag(name: .customLong("summary"), help: "Show a summary at the end.")
    var showsSummary = false

    @Option(
        help: ArgumentHelp("Draw the waits over time, and show a summary (-: stdout).", valueName: "file"),
        completion: .file())
    var svg: String?

    @Option(help: Grouping.help("Add up the summary"))
    var by: Grouping?

    @Flag(help: "Print each exit, or the summary, as one line of JSON.")
    var json = false

    @Option(help: ArgumentHelp("Print each exit as a line for log shippers.", valueName: "format"))
    var format: LineFormat?

    @Flag(help: "Print the table as CSV, with raw numbers and units in the header.")
    var csv = false

    @OptionGroup var times: TimeOptions

    func validate() throws {
        if json, csv { throw ValidationError("Give either --json or --csv.") }
        if format != nil, json || csv || summary {
            throw ValidationError("--format cannot be combined with --json, --csv or --summary.")
        }
        if format?.decodesRecords == true, fields != nil {
            throw ValidationError("--fields cannot be combined with --format otel or ecs.")
        }
        if times.format != .screen, isLines || summary {
            throw ValidationError("--iso and --utc cannot be combined with --json, --format or --summary.")
        }
        if summary, fields != nil { throw ValidationError("--fields cannot be combined with --summary.") }
        if summary, origin { throw ValidationError("--origin cannot be combined with --summary; give --by.") }
        if by != nil, !summary { throw ValidationError("--by requires --summary.") }
        if svg == "-", json || csv {
            throw ValidationError("--svg - cannot be combined with --json or --csv: both are for standard output.")
        }
    }

    /// Whether exits are added up.
    var summary: Bool { showsSummary || svg != nil }

    /// Whether each event is a line of JSON.
    var isLines: Bool { json || format != nil }

    /// Whether exits are shown as the text that the daemon wrote.
    var keepsText: Bool { isLines && !summary && format?.decodesRecords != true }

    /// The property by which the summary is added up.
    private var grouping: Grouping { by ?? (svg == nil ? .command : .unit) }

    /// Whether the view shows the origin of processes.
    var wantsOrigin: Bool { origin || grouping.requiresOrigin }

    /// Returns whether to request the origin of processes: the formats of log shippers include it where it is known.
    func wantsOrigin(on server: ServerInfo) -> Bool {
        wantsOrigin || format?.decodesRecords == true && OriginFeature.isOffered(by: server)
    }

    /// Returns the fields that the view needs.
    func wanted(by view: borrowing StreamView) -> FieldSet {
        if summary { return Summary.fields(by: grouping) }
        return view.columns ?? fields?.set ?? .all
    }

    /// Returns the fields that a view of this scope needs.
    func wanted(scope: RecordScope) -> FieldSet { wanted(by: eventView(scope: scope)) }

    var form: OutputForm { isLines ? .json : csv ? .csv : .text }

    /// Returns the view on standard output; opens the file of a picture, so that it cannot fail later.
    func view(scope: RecordScope, starts: Bool = false) throws(Failure) -> StreamView {
        if let svg { return .picture(try WaitPictureFile(svg, WaitTimeline(scope: scope, by: grouping))) }
        return summary ? .summary(scope, by: grouping) : eventView(scope: scope, starts: starts)
    }

    /// Returns the view that shows each event.
    private func eventView(scope: RecordScope, starts: Bool = false) -> StreamView {
        if isLines { return .lines(as: format.map(LineExport.init), starts: starts) }
        if csv { return .csv(ExitCSV(fields: fields, origin: origin, scope: scope, times: times.format)) }
        let additions: WatchColumn.Additions = starts ? [.origin, .starts] : origin ? .origin : []
        return .table(
            WatchScreen(
                fields: fields, additions, scope: scope, style: .forStandardOutput(), width: Terminal.width,
                times: times.format),
            starts: starts)
    }
}

/// The options that end a command, which otherwise runs until Ctrl-C.
struct EndOptions: ParsableArguments {
    @Option(
        name: .customLong("for"), help: ArgumentHelp("Stop after this time, as in 60 or 10min.", valueName: "time"),
        transform: DurationArgument.period)
    var period: DurationArgument?

    @Option(
        help: ArgumentHelp("Stop after this number of exits.", valueName: "number"), transform: CountArgument.parse)
    var count: Int?

    /// The number of exits after which to stop.
    var limit: UInt64? { count.map { UInt64($0) } }

    static let explanation = """
        With both --count and --for, the exit status is 0 if the number is reached and 124 if the time expires first. \
        \(DurationArgument.explanation)
        """
    /// The exit status of timeout(1), which does the same.
    private static let timedOut = ExitCode(124)

    /// Throws the exit status for an expired time if there were fewer exits than requested.
    func checkCount(_ found: UInt64) throws(ExitCode) {
        guard let limit, found < limit else { return }
        Console.print("the time expired after \(found) of \(limit) exits")
        throw Self.timedOut
    }
}

/// The options for the format of times.
struct TimeOptions: ParsableArguments {
    @Flag(help: "Print times as RFC 3339 with the local offset from UTC.")
    var iso = false

    @Flag(help: "Print times as RFC 3339 in UTC.")
    var utc = false

    var format: TimeFormat { utc ? .utc : iso ? .iso : .screen }

    func validate() throws {
        if iso, utc { throw ValidationError("Give either --iso or --utc.") }
    }
}

/// A number of things in an option such as `--count` or `--limit`.
enum CountArgument {
    /// Parses an integer of at least 1.
    static func parse(_ text: String) throws(ValidationError) -> Int {
        guard let number = Int(text), number >= 1 else { throw ValidationError("must be an integer of at least 1") }
        return number
    }
}
