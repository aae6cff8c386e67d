import ArgumentParser
import LinuxSystem
import Taskstats
import TaskstatsProtocol

/// `tsctl history`: shows what ended before, then stops.
struct HistoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Shows the tasks that ended before, from recordings and the daemon.",
        discussion: """
            With --directory the files of record --directory are read. Otherwise the directory of the recorder, \
            \(RecordingDirectory.defaultPath), is read if you may, and taskstatsd adds what it keeps of the time after \
            the last record there. Only the files and frames of the requested time are opened.

            \(TimeArgument.explanation)

            A truncated file is shown as far as it goes. Damaged data is reported and skipped, and the exit status is 1 \
            then, also if a file cannot be read. Files of another host are skipped. If the clock was set back, records \
            are shown in the order in which the tasks ended.

            --follow goes on with what ends from now on, until Ctrl-C; with --directory as far as the recorder writes \
            it, every second. With --reconnect it also goes on when taskstatsd restarts.

            \(FilterOptions.explanation)

            \(DurationArgument.explanation)

            \(ViewOptions.columns)

            \(ViewOptions.origin)

            \(ViewOptions.losses)

            \(LineFormat.explanation)

            \(ViewOptions.summary)

            Examples:
              tsctl history --since 10min --failed
              tsctl history --since 03:00 --until 03:10 --unit 'backup*'
              tsctl history --since 'yesterday 22:00' --summary --by unit
              tsctl history --since 1h --svg waits.svg
              tsctl history --directory /mnt/other --json | jq .pid
              tsctl history --since -2h --follow
            """)

    @OptionGroup var source: HistorySource
    @OptionGroup var window: WindowOptions

    @Flag(help: "Continue with what ends from now on.")
    var follow = false

    @OptionGroup var reconnection: ReconnectOption
    @OptionGroup var filter: FilterOptions
    @OptionGroup var view: ViewOptions
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        if follow, window.until != nil { throw ValidationError("--follow cannot be combined with --until.") }
        if reconnection.reconnect, !follow || source.directory != nil {
            throw ValidationError("--reconnect requires --follow, and cannot be combined with --directory.")
        }
        _ = try filter.recordedCPUs()
    }

    func run() throws {
        let window = try window.window(now: SystemClock.realtimeNanoseconds)
        var shown = HistoryView(window, try Player(filter, view))
        let keepsText = view.keepsText
        var recorded = try source.history()
        if source.directory != nil, follow {
            let interruption = try Interruption.begin()
            try recorded?.follow(window, in: &shown, keepsText: keepsText, interruptedBy: interruption.descriptor)
            interruption.end()
        } else {
            try recorded?.show(window, in: &shown, keepsText: keepsText)
            if source.directory == nil { try showDaemon(window, after: recorded?.end(), in: &shown) }
        }
        try finish(&shown)
    }

    /// Shows what the daemon keeps of the time after the recordings.
    private func showDaemon(
        _ window: TimeWindow, after position: RecordingPosition?, in shown: inout HistoryView
    ) throws {
        if let position, position.time > window.until { return }
        guard
            let history = try DaemonHistory.open(
                connection, filter: filter, view: view, window: window, after: position)
        else { return }
        let interruption = try Interruption.begin()
        try shown.begin(history.header)
        do {
            try history.forEach(
                follows: follow, reconnector: reconnection.reconnector, interruptedBy: interruption,
                idle: { try shown.flush() }
            ) { event in
                switch event {
                case .exit(let record, let text):
                    return try shown.exit(record, text: text.isEmpty ? nil : text) == .goesOn
                case .lost(let loss):
                    // A request for everything implies that it has a beginning.
                    if position != nil || window.since > 0 || loss.count != nil { try shown.lost(loss) }
                    return true
                case .gap(let gap):
                    try shown.gap(RecordingGap(from: gap.from, to: gap.to, reason: gap.reason, successor: nil))
                    return true
                }
            }
        } catch let error as TaskstatsError {
            // What came before is worth showing.
            try shown.flush()
            throw error
        }
        interruption.end()
    }

    private func finish(_ shown: inout HistoryView) throws {
        try shown.flush()
        let result = shown.result
        defer { if !view.summary { Console.print(result) } }
        try shown.finish(as: view.form)
    }
}

extension Player {
    /// Creates a player for a part of a history.
    init(_ filter: FilterOptions, _ view: ViewOptions) throws {
        let shown = try view.view(scope: filter.scope ?? .task)
        let fields = view.wanted(by: shown)
        self.init(
            try filter.filter(), cpus: try filter.recordedCPUs(), scope: filter.scope, view: shown, shownFields: fields,
            showsOrigin: view.wantsOrigin, jsonFields: view.fields?.set, isWhole: false)
    }
}
