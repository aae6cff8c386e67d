import ArgumentParser
import TaskstatsClient

/// `tsctl watch`: one row for each task that ends.
struct WatchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Shows each task as it ends, until Ctrl-C, or adds them up.",
        discussion: """
            \(FilterOptions.explanation)

            \(ViewOptions.columns)

            \(ViewOptions.losses)

            \(ViewOptions.summary)

            Examples:
              tsctl watch --scope process                 processes instead of threads
              tsctl watch --failed --uid www-data         what fails as that user
              tsctl watch --cpus 2-3 --count 10           ten exits on these CPUs
              tsctl watch --comm 'git*' --longer-than 1s
              tsctl watch --summary --for 60s             what ran and ended within a minute
              tsctl watch --fields ac_comm,cpu_delay_total,blkio_delay_total
              tsctl watch --json | jq -c 'select(.stats.ac_etime > 1000000)'
            """)

    @OptionGroup var filter: FilterOptions
    @OptionGroup var view: ViewOptions
    @OptionGroup var end: EndOptions
    @OptionGroup var connection: ConnectionOptions

    func run() throws {
        let shown = view.view(scope: filter.scope ?? .task)
        let wanted = view.wanted(by: shown)

        let connection = try connection.connect()
        connection.keepsText = shown.wantsText
        try connection.subscribe(try filter.subscription(fields: wanted))
        DelayAccountingHint.sayIfNeeded(connection.server, fields: wanted)

        let progress = ProgressLine()
        let interruption = try Interruption.begin(after: end.period, everySecond: view.summary)
        var stream = WatchStream(
            connection: connection, view: shown, limit: end.count, progress: view.summary ? progress : nil)
        let ending: WatchStream.Ending
        do {
            ending = try stream.run(interruptedBy: interruption)
        } catch let error as TaskstatsError {
            // What came before the daemon went is worth showing.
            try stream.end(context(connection, progress, isComplete: false), asJSON: view.json)
            throw error
        }
        interruption.end()
        if ending == .readerGone { return }
        if ending != .count { stream.takeRest() }
        try stream.end(context(connection, progress), asJSON: view.json)
        if view.summary || ending == .count { return }
        if ending == .signal { Console.endLineOfTerminal() }
        Console.say(LossText.summary(stream.view.shown, "shown", lost: stream.view.lost))
    }

    private func context(
        _ connection: TaskstatsConnection, _ progress: ProgressLine, isComplete: Bool = true
    ) -> SummaryContext {
        SummaryContext(
            elapsedMicroseconds: progress.elapsedMicroseconds, access: connection.server.access.rawValue,
            delayAccounting: connection.server.delayAccounting, isComplete: isComplete)
    }
}
