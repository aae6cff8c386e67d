import ArgumentParser
import CommandSupport
import LinuxSystem
import Taskstats

/// `tsctl watch`: one row for each task that ends.
struct WatchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Shows each task as it ends, until Ctrl-C, or a summary.",
        discussion: """
            \(FilterOptions.explanation)

            \(ViewOptions.columns)

            \(ViewOptions.origin)

            --since begins with what taskstatsd keeps of the time from then on, and continues without a gap. (history \
            also shows recordings, and stops.) \(TimeArgument.explanation)

            --starts also shows each program that a process executes, between the exits and with --origin: such a row \
            has "start" in place of an exit status, and the parent in the column PPID. With --json it is a line like \
            {"start":{"cpu":1,"seq":7,"time":NS,"pid":812,"origin":{...}}}. --count counts exits only.

            \(ViewOptions.losses)

            \(LineFormat.explanation)

            --cursor keeps in a file the id of the last record that the reader has taken: has read from a pipe, or \
            that is written to a file. It is saved every second and at the end. The next watch with the same file \
            continues behind that record, with what taskstatsd keeps, so nothing is missing, and what may not have \
            been taken comes again. Without the file it begins at --since, or now. A reader that ends between reading \
            and storing must keep its own cursor.

            \(ViewOptions.summary)

            \(EndOptions.explanation)

            Examples:
              tsctl watch --scope process                 processes instead of threads
              tsctl watch --failed --uid www-data         failed tasks of that user
              tsctl watch --cpus 2-3 --count 10           ten exits on these CPUs
              tsctl watch --comm 'git*' --longer-than 1s
              tsctl watch --origin --unit 'nginx*'        what that service runs
              tsctl watch --since 10min --failed          the last ten minutes, and what follows
              tsctl watch --starts --container 4f3c12ab   starts and exits of a container
              tsctl watch --summary --for 60s             a summary of one minute
              tsctl watch --summary --by unit --for 60s   the same by systemd unit
              tsctl watch --for 10min --svg waits.svg     the same, and a picture of the waits over time
              tsctl watch --fields ac_comm,cpu_delay_total,blkio_delay_total
              tsctl watch --json | jq -c 'select(.stats.ac_etime > 1000000)'
              tsctl watch --format ecs --cursor /var/lib/ship/cursor | shipper
              tsctl watch --csv --utc --fields ac_comm,cpu > exits.csv
            """)

    @OptionGroup var filter: FilterOptions
    @OptionGroup var view: ViewOptions

    @Option(
        parsing: .unconditional, help: ArgumentHelp("Begin with what ended at this time.", valueName: "time"))
    var since: String?

    @Option(
        help: ArgumentHelp("Keep in a file what the reader has taken, and continue there.", valueName: "file"),
        completion: .file())
    var cursor: String?

    @Flag(help: "Also show each start of a program; implies --origin.")
    var starts = false

    @OptionGroup var end: EndOptions
    @OptionGroup var reconnection: ReconnectOption
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        _ = try start()
        if cursor != nil, !view.isLines { throw ValidationError("--cursor requires --json or --format.") }
        guard starts else { return }
        if view.summary || view.csv { throw ValidationError("--starts cannot be combined with --summary or --csv.") }
        let conditions = try filter.filter()
        if conditions.exit != nil || conditions.minElapsedMicroseconds != nil {
            throw ValidationError("--starts cannot be combined with conditions on the end (exit, min_elapsed).")
        }
    }

    func run() throws {
        var shown = try view.view(scope: filter.scope ?? .task, starts: starts)
        let wanted = view.wanted(by: shown)

        let connection = try connection.connect()
        shown.tick = connection.server.tick ?? shown.tick
        connection.keepsText = shown.wantsText
        shown.setSource(instance: connection.server.instance)
        var subscription = try filter.subscription(
            fields: wanted, origin: view.wantsOrigin(on: connection.server) || starts, starts: starts,
            on: connection.server)
        let cursor = self.cursor.map { CursorFile(path: $0) }
        let resumption = try cursor?.read()
        subscription.since = try resumption ?? start()
        if subscription.since != nil { try DaemonHistory.check(connection.server) }
        try connection.subscribe(subscription)
        // Also what is not selected counts as taken, and a cursor that cannot be written is an error at once.
        if let cursor, case .after(let instance, let index)? = connection.subscriptionStart {
            try cursor.save(instance: instance, index: index)
        }
        DelayAccountingHint.printIfNeeded(connection.server, fields: wanted)
        AccessHint.printIfNeeded(connection.server, filter: try filter.filter())

        if case .time(let time)? = subscription.since {
            shown.begin(at: time)
        } else {
            shown.begin(at: SystemClock.realtimeNanoseconds)
        }
        let progress = ProgressLine()
        let interruption = try Interruption.begin(
            after: end.period?.duration, everySecond: view.summary || cursor != nil)
        var stream = WatchStream(
            connection: connection, view: shown, limit: end.limit, progress: view.summary ? progress : nil,
            reconnector: reconnection.reconnector,
            cursor: cursor.map { DeliveryCursor($0, isResumed: resumption != nil) })
        do {
            try show(&stream, connection, progress, interruptedBy: interruption)
        } catch {
            // The first error is the one to report.
            do throws(Failure) { try stream.saveCursor() } catch { Console.print(error.message) }
            throw error
        }
        try stream.saveCursor()
    }

    /// Shows events until something ends the stream, and then what remains.
    private func show(
        _ stream: inout WatchStream, _ connection: TaskstatsConnection, _ progress: ProgressLine,
        interruptedBy interruption: consuming Interruption
    ) throws {
        let ending: WatchStream.Ending
        do {
            ending = try stream.run(interruptedBy: interruption)
        } catch let error as TaskstatsError {
            // The events before the loss of the connection are worth showing.
            try stream.end(context(connection, progress, isComplete: false), as: view.form)
            throw error
        }
        if ending == .readerGone { return }
        var isComplete = true
        switch ending {
        case .signal: isComplete = stream.takeRemaining(within: Interruption.timeout, ending: interruption.descriptor)
        case .time:
            isComplete = stream.takeRemaining(
                within: Interruption.timeoutWithoutSignal, ending: interruption.descriptor,
                interruptedBy: interruption.signalDescriptor)
        case .count, .readerGone: break
        }
        interruption.end()
        try stream.end(context(connection, progress, isComplete: isComplete), as: view.form)
        if ending == .count { return }
        switch stream.stop {
        case .readerGone: return
        case .failed(let failure): throw failure
        case .interrupted, nil: break
        }
        if !view.summary {
            if ending == .signal { Console.endLineOfTerminal() }
            Console.print(stream.view.result)
            if stream.stop != nil {
                throw Failure(
                    "\(stream.notShown) more records were received and are not shown: standard output was not read for "
                        + OutputTimeout.graceText)
            }
        }
        if ending == .time { try end.checkCount(stream.view.shown) }
    }

    /// Returns where to begin in what the daemon keeps; nil to begin now.
    private func start() throws(ValidationError) -> HistoryStart? {
        guard let since else { return nil }
        let now = SystemClock.realtimeNanoseconds
        let time = try WindowOptions.time(since, option: "--since", now: now, after: nil)
        guard time <= now else { throw ValidationError("--since \(since): is in the future.") }
        return .time(time)
    }

    private func context(
        _ connection: TaskstatsConnection, _ progress: ProgressLine, isComplete: Bool = true
    ) -> SummaryContext {
        var past: UInt64 = 0
        if case .time(let time)? = connection.subscriptionStart {
            let now = SystemClock.realtimeNanoseconds
            past = (now - min(time, now)) / 1_000
            past -= min(past, progress.elapsedMicroseconds)
        }
        return SummaryContext(
            elapsedMicroseconds: progress.elapsedMicroseconds + past, access: connection.server.access.rawValue,
            delayAccounting: connection.server.delayAccounting, isComplete: isComplete)
    }
}
