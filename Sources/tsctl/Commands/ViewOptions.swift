import ArgumentParser
import TaskstatsClient

/// How exits are shown, the same for those that happen and those that were recorded.
struct ViewOptions: ParsableArguments {
    static let columns = """
        Columns: EXIT is the exit code or the signal, with * when core was dumped. WAIT is the time waiting for a \
        CPU, BLKIO for block I/O, MEM for memory: swap-in, reclaim, thrashing, compaction and copy-on-write \
        together. With --scope process they count for all threads. A narrow terminal shows fewer columns.
        """
    static let losses = """
        Records that were lost are told where they are missing: in the table on a terminal, on standard error when \
        the table goes elsewhere, and with --json as a line like {"lost":{"where":"kernel","cpu":1,"count":144}}, \
        which no exit looks like: select(.lost|not) passes it over.
        """
    static let summary = """
        --summary adds up what ended, by command, and shows that at the end in place of each exit: READ and WRITE are \
        bytes from and to storage; p50 to max are elapsed times, exact up to \(ElapsedDistribution.exactLimit) records \
        of a command and within 1.6 % beyond. It keeps at most \(Summary.mostCommands) commands apart, the rest count \
        as others.
        """

    @Option(
        help: ArgumentHelp("Fields or groups to show as columns, between commas.", valueName: "names"),
        completion: FieldSelection.completion, transform: FieldSelection.init(parsing:))
    var fields: FieldSelection?

    @Flag(help: "Show at the end what ended, by command.")
    var summary = false

    @Flag(help: "Print each exit, or the summary, as one line of JSON.")
    var json = false

    func validate() throws {
        if summary, fields != nil { throw ValidationError("--fields does not go with --summary.") }
    }

    /// The members that it takes.
    func wanted(by view: borrowing StreamView) -> FieldSet {
        if summary { return Summary.fields }
        return view.columns ?? fields?.set ?? .all
    }

    /// The view, on standard output.
    func view(scope: RecordScope) -> StreamView {
        if summary { return .summary(scope) }
        if json { return .lines() }
        let style = Style.forStandardOutput()
        return .table(WatchScreen(fields: fields, scope: scope, style: style, width: Terminal.width))
    }
}
