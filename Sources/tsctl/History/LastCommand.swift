import ArgumentParser
import Taskstats

/// `tsctl last`: shows the tasks that ended last.
struct LastCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "last",
        abstract: "Shows the tasks that ended last, from recordings and the daemon.",
        discussion: """
            It is the short form of history, which explains where records come from. The options select among all \
            records, so that 'last -n 3 --failed' shows the last three failures. Losses are not reported.

            \(FilterOptions.explanation)

            Examples:
              tsctl last
              tsctl last -n 3 --failed
              tsctl last --unit 'nginx*' --origin
            """)

    @Option(
        name: [.short, .customLong("number")], help: ArgumentHelp("Number of records to show.", valueName: "number"),
        transform: CountArgument.parse)
    var number = 20

    @OptionGroup var source: HistorySource
    @OptionGroup var filter: FilterOptions
    @OptionGroup var view: ViewOptions
    @OptionGroup var connection: ConnectionOptions

    private static let largestNumber = 100_000

    func validate() throws {
        guard number <= Self.largestNumber else {
            throw ValidationError("-n \(number): must be at most \(Self.largestNumber); use history for more.")
        }
        _ = try filter.recordedCPUs()
    }

    func run() throws {
        let selection = RecordedExits(
            cpus: try filter.recordedCPUs(), scope: filter.scope, filter: try filter.filter())
        var latest = LatestExits(number, of: selection, keepsText: view.keepsText)
        let recorded = try source.history()
        if source.directory == nil { try addDaemon(after: recorded?.end(), to: &latest) }
        if let recorded { try latest.prepend(recorded) }
        var player = try Player(filter, view)
        if let header = latest.header { try player.begin(header) }
        for (record, text) in latest.exits { try player.exit(record, text: text.isEmpty ? nil : text) }
        try player.flush()
        try player.finish(as: view.form)
    }

    private func addDaemon(after position: RecordingPosition?, to latest: inout LatestExits) throws {
        guard
            let history = try DaemonHistory.open(
                connection, filter: filter, view: view, window: .all, after: position)
        else { return }
        let interruption = try Interruption.begin()
        latest.begin(history.header)
        try history.forEach(interruptedBy: interruption) { event in
            if case .exit(let record, let text) = event { latest.append(record, text: text) }
            return true
        }
        interruption.end()
    }
}
