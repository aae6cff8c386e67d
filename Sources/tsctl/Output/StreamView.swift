import TaskstatsClient

/// A stream of exits and losses on standard output: as rows of a table, as lines of JSON, or only added up.
///
/// A loss stands where the records are missing, whatever the form. Lines are gathered until they are flushed, which is up
/// to whoever knows whether more comes at once.
struct StreamView: ~Copyable {
    /// A row for each exit, when that is how it is shown.
    private var screen: WatchScreen?
    /// What was added up, when that is how it is shown.
    private(set) var summary: Summary?
    private var output = StandardOutput()
    private let isOnTerminal = Terminal.width != nil
    /// The exits shown, or added up, so far.
    private(set) var shown: UInt64 = 0
    /// The records lost so far.
    private(set) var lost: UInt64 = 0

    private init(screen: WatchScreen? = nil, summary: Summary? = nil) {
        self.screen = screen
        self.summary = summary
    }

    /// Rows of a table.
    static func table(_ screen: WatchScreen) -> StreamView { StreamView(screen: screen) }

    /// Nothing but what was added up at the end.
    static func summary(_ scope: RecordScope) -> StreamView { StreamView(summary: Summary(scope: scope)) }

    /// A line of JSON for each exit.
    static func lines() -> StreamView { StreamView() }

    /// Whether exits are wanted as the text that the daemon wrote.
    var wantsText: Bool { screen == nil && summary == nil }

    /// The members that a table shows.
    var columns: FieldSet? { screen?.fields }

    /// Whether enough was gathered to write it.
    var isFull: Bool { output.isFull }

    /// Starts with the heading of the table.
    mutating func begin() {
        if let screen { output.line(screen.heading) }
    }

    /// An exit.
    mutating func exit(_ record: ExitRecord) {
        shown += 1
        if let row = screen?.row(record) { output.line(row) }
        summary?.add(record)
    }

    /// An exit, as the text of its JSON.
    mutating func exit(text: some Sequence<UInt8>) {
        shown += 1
        output.line(text)
    }

    /// Records that are missing here.
    mutating func lost(_ loss: LostRecords, interruptedBy descriptor: Int32? = nil) throws(StandardOutput.Stop) {
        lost &+= loss.count
        summary?.add(loss)
        if wantsText {
            output.line(LossText.json(loss))
        } else if let screen, isOnTerminal {
            output.line(screen.lossRow(loss))
        } else if screen != nil {
            try output.flush(interruptedBy: descriptor)
            Console.say(LossText.of(loss))
        }
    }

    /// Shows what was added up, when that is the form.
    mutating func end(_ context: SummaryContext, asJSON: Bool) throws(StandardOutput.Stop) {
        guard let summary else { return }
        if asJSON {
            output.line(summary.json(context))
        } else {
            let screen = SummaryScreen(
                summary, context: context, style: .forStandardOutput(), width: Terminal.width)
            for line in screen.lines { output.line(line) }
        }
        try output.flush()
    }

    /// Writes what was gathered.
    mutating func flush(interruptedBy descriptor: Int32? = nil) throws(StandardOutput.Stop) {
        try output.flush(interruptedBy: descriptor)
    }
}
