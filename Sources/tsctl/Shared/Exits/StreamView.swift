import CommandSupport
import Taskstats

/// A stream of exits, starts and losses on standard output: as a table, as CSV, as lines of JSON, or as a summary.
///
/// A loss appears where the records are missing, in every format. Lines are buffered until they are flushed by the
/// caller, which knows whether more events are available.
struct StreamView: ~Copyable {
    /// The table, if exits are shown as rows.
    private var screen: WatchScreen?
    private var csv: ExitCSV?
    /// The encoder of lines for log shippers, if they have another format than the daemon's.
    private var export: LineExport?
    /// The summary, if exits are added up.
    private(set) var summary: Summary?
    /// The picture of waits, if there is one beside the summary.
    private var picture: WaitPictureFile?
    private var output = StandardOutput()
    private let isOnTerminal = Terminal.width != nil
    /// The content of each line since the last complete flush.
    private var pending: [Content] = []
    /// The number of exits shown, or added up, so far.
    private(set) var shown: UInt64 = 0
    /// The number of records lost so far, without starts.
    private(set) var lost: UInt64 = 0
    /// The starts shown and lost so far; nil if they are not shown.
    private(set) var starts: StartCounts?
    /// The gaps in the connection so far.
    private(set) var gaps = GapTotal()

    /// The content of a line.
    private enum Content { case exit, start, notice }

    private init(
        screen: WatchScreen? = nil, csv: ExitCSV? = nil, export: LineExport? = nil, summary: Summary? = nil,
        picture: consuming WaitPictureFile? = nil, starts: Bool = false
    ) {
        self.picture = picture
        self.screen = screen
        self.csv = csv
        self.export = export
        self.summary = summary
        self.starts = starts ? StartCounts() : nil
    }

    /// Returns a view with the rows of a table.
    static func table(_ screen: WatchScreen, starts: Bool = false) -> StreamView {
        StreamView(screen: screen, starts: starts)
    }

    /// Returns a view with rows of CSV.
    static func csv(_ csv: ExitCSV) -> StreamView { StreamView(csv: csv) }

    /// Returns a view with only a summary at the end.
    static func summary(_ scope: RecordScope, by grouping: Grouping) -> StreamView {
        StreamView(summary: Summary(scope: scope, by: grouping))
    }

    /// Returns a view with a summary at the end, and with a picture.
    static func picture(_ picture: consuming WaitPictureFile) -> StreamView {
        let summary = Summary(scope: picture.timeline.scope, by: picture.timeline.grouping)
        return StreamView(summary: summary, picture: picture)
    }

    /// Returns a view with a line of JSON for each exit and start.
    static func lines(as export: LineExport? = nil, starts: Bool = false) -> StreamView {
        StreamView(export: export, starts: starts)
    }

    /// The tick of the kernel that writes the records.
    var tick = CPUTime.longestTick {
        didSet {
            screen?.tick = tick
            csv?.tick = tick
            summary?.tick = tick
        }
    }

    /// Whether each event is a line of JSON.
    private var isLines: Bool { screen == nil && csv == nil && summary == nil }

    /// Whether exits are shown as the text that the daemon wrote.
    var wantsText: Bool { isLines && export?.format.decodesRecords != true }

    /// Names the source of the events that follow.
    mutating func setSource(instance: String, host: String? = nil) {
        export?.instance = instance
        if let host { export?.host = host }
    }

    /// The fields of the table's columns.
    var columns: FieldSet? { screen?.fields ?? csv?.fields }

    /// Whether enough is buffered to write it.
    var isFull: Bool { output.isFull }

    /// The number of bytes that were added, and that were written.
    var end: UInt64 { output.end }
    var written: UInt64 { output.written }

    /// Ends a line that another process has left incomplete.
    mutating func endLine() { output.line("") }

    /// Sets the start of the period that is shown, unless it has one.
    mutating func begin(at time: UInt64) { picture?.timeline.begin(at: time) }

    /// Adds the heading of the table.
    mutating func begin() {
        if let heading = screen?.heading ?? csv?.heading { output.line(heading) }
    }

    /// Adds an exit.
    mutating func exit(_ record: ExitRecord) {
        shown += 1
        if let row = screen?.row(record) ?? csv?.row(record) {
            output.line(row)
            pending.append(.exit)
        } else if let export {
            output.line(export.exit(record))
            pending.append(.exit)
        }
        summary?.add(record)
        picture?.timeline.add(record)
    }

    /// Adds an exit as the text of its JSON.
    mutating func exit(text: [UInt8]) {
        shown += 1
        output.line(export?.exit(text: text) ?? text)
        pending.append(.exit)
    }

    /// Adds the start of a program.
    mutating func start(_ start: ProcessStart) {
        if isLines {
            output.line(export?.start(start) ?? start.json)
        } else if let row = screen?.row(start) {
            output.line(row)
        } else {
            return
        }
        starts?.shown += 1
        pending.append(.start)
    }

    /// Adds a loss of records.
    mutating func lost(_ loss: LostRecords, interruptedBy descriptor: Int32? = nil) throws(StandardOutput.Stop) {
        count(loss)
        summary?.add(loss)
        picture?.timeline.lost(LossText.of(loss))
        try notice(
            LossText.of(loss), json: export?.lost(loss) ?? LossText.json(loss), interruptedBy: descriptor)
    }

    /// Adds a period without a connection.
    mutating func gap(_ gap: Gap, interruptedBy descriptor: Int32? = nil) throws(StandardOutput.Stop) {
        gaps.add(gap)
        summary?.add(gap)
        picture?.timeline.lost(gap.textOfStream, from: gap.from, to: gap.to)
        try notice(gap.textOfStream, json: export?.gap(gap) ?? gap.json, interruptedBy: descriptor)
    }

    private mutating func notice(
        _ text: String, json: [UInt8], interruptedBy descriptor: Int32?
    ) throws(StandardOutput.Stop) {
        if isLines {
            output.line(json)
            pending.append(.notice)
        } else if let screen, isOnTerminal {
            output.line(screen.noticeRow(text))
            pending.append(.notice)
        } else if summary == nil {
            try flush(interruptedBy: descriptor)
            Console.print(text)
        }
    }

    /// Shows the summary, if there is one.
    mutating func end(_ context: SummaryContext, as form: OutputForm) throws(StandardOutput.Stop) {
        guard let summary else { return }
        let result = result
        if try picture?.write(summary, context, result: result) == true { return }
        switch form {
        case .json:
            output.line(summary.json(context))
        case .csv:
            for line in SummaryCSV.lines(summary) { output.line(line) }
            if let losses = summary.losses { Console.print(losses) }
            summary.total.usage.omitted.notes().forEach(Console.print)
        case .text:
            let screen = SummaryScreen(
                summary, context: context, style: .forStandardOutput(), width: Terminal.width)
            for line in screen.lines { output.line(line) }
        }
        try output.flush()
    }

    /// Writes the buffered lines.
    mutating func flush(interruptedBy descriptor: Int32? = nil) throws(StandardOutput.Stop) {
        try output.flush(interruptedBy: descriptor)
        pending.removeAll(keepingCapacity: true)
    }

    /// Gives a reader that does not read a limited time from here on.
    mutating func limitTimeout(_ timeout: OutputTimeout) { output.timeout = timeout }

    /// Discards the lines that were not written; returns how many exits and starts are among them, which are not shown
    /// then.
    mutating func discardPending() -> UInt64 {
        let discarded = pending.suffix(output.pendingLines)
        let exits = UInt64(discarded.count { $0 == .exit })
        let starts = UInt64(discarded.count { $0 == .start })
        output.discardPending()
        pending.removeAll()
        shown -= exits
        self.starts?.shown -= starts
        return exits + starts
    }

    /// Counts records that are missing where nothing is shown any more.
    mutating func count(_ loss: LostRecords) {
        let count = loss.count ?? 0
        if loss.place == .starts {
            starts?.lost &+= count
        } else {
            lost &+= count
            gaps.add(loss)
        }
    }

    /// The final message: "12 records shown, none lost".
    var result: String { LossText.summary(shown, "shown", lost: lost, gaps: gaps, starts: starts) }
}
