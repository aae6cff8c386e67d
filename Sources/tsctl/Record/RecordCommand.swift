import ArgumentParser
import CommandSupport
import Glibc
import LinuxSystem
import Taskstats
import TaskstatsProtocol

/// `tsctl record`: records the stream of exits in a file.
struct RecordCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "record",
        abstract: "Records each exit in a file, which play shows later.",
        discussion: """
            The file has one JSON object per line: a header that describes what was recorded, where and when; the \
            daemon's exit and lost lines, unchanged; and a footer with the counts, unless the file is truncated.

            When taskstatsd restarts, recording continues as soon as it answers again. A line of the recording marks \
            the period in which records are missing. --no-reconnect ends the recording instead.

            A file whose name ends in .zst or .gz is compressed, and zstdcat and zcat read it. What was written is \
            flushed once a second: if tsctl is killed, a compressed file lacks at most the last second. The file is \
            synced to disk (fsync) only at the end: if the machine itself crashes, data that the kernel had not \
            written is lost.

            A symbolic link is not followed, and in a directory like /tmp no file of another user is overwritten. A \
            FIFO must belong to you or root; recording starts when it has a reader. The shell's >(command) works too.

            Ctrl-C ends recording immediately and keeps all received records. taskstatsd then has half a second to \
            confirm that nothing is missing; otherwise a message says so. If the reader of a pipe reads nothing for \
            half a second after Ctrl-C or the time of --for, tsctl gives up with status 1.

            When the disk is full, recording ends with status 1, and the data written so far can be played. Up to 32 \
            MiB are buffered for a slow disk; beyond that taskstatsd drops records, and the loss is recorded at the \
            point of the gap.

            Exits carry the origin of their process (command line, executable, control group, parents) where \
            taskstatsd knows it, so that play --origin shows it later. That makes a recording about half as large \
            again, or a sixth if it is compressed. Command lines can contain secrets: --no-origin leaves the origin \
            out.

            \(RetentionOptions.explanation)

            \(EndOptions.explanation)

            \(FilterOptions.explanation)

            Examples:
              tsctl record night.zst                      until Ctrl-C
              tsctl record --for 10min --scope process processes.ndjson
              tsctl record --failed --uid www-data failures.gz
              tsctl record - | ssh elsewhere 'cat > here.ndjson'
              tsctl play night.zst --summary
              tsctl record --directory /var/lib/taskstats --max-size 2G --max-age 14d
            """)

    @Argument(help: ArgumentHelp("The file to write (-: standard output).", valueName: "file"), completion: .file())
    var file: String?

    @OptionGroup var retention: RetentionOptions

    @Flag(help: "Overwrite an existing file.")
    var force = false

    @OptionGroup var filter: FilterOptions

    @Option(
        help: ArgumentHelp("Fields or groups to record, separated by commas (default: all).", valueName: "names"),
        completion: FieldSelection.completion, transform: FieldSelection.init(parsing:))
    var fields: FieldSelection?

    @Flag(inversion: .prefixedNo, help: "Record the origin of each process (default: if taskstatsd knows it).")
    var origin: Bool?

    @OptionGroup var end: EndOptions

    @Flag(inversion: .prefixedNo, help: "Reconnect when taskstatsd restarts, and record the gap.")
    var reconnect = true

    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        guard (file == nil) != (retention.directory == nil) else {
            throw ValidationError("Give either a file or --directory.")
        }
        if retention.directory != nil, force || end.count != nil || !reconnect {
            throw ValidationError("--force, --count and --no-reconnect cannot be combined with --directory.")
        }
        if file == "-", isatty(STDOUT_FILENO) == 1 {
            throw ValidationError("A recording cannot go to a terminal; give a file, or redirect standard output.")
        }
    }

    func run() throws {
        if let path = retention.directory {
            try record(into: path)
        } else if let file {
            try record(to: file)
        }
    }

    /// Records into one file.
    private func record(to file: String) throws {
        let start = ContinuousClock.now
        let connection = try connection.connect()
        connection.keepsText = true
        // Before the subscription, because nothing reads from the daemon while a FIFO waits for its reader.
        let deadline = end.period.map { start.advanced(by: $0.duration) }
        var special = try OutputFile.openSpecial(file, before: deadline)
        let wanted = fields?.set ?? .all
        let effective = try connection.subscribe(
            try filter.subscription(
                fields: wanted, origin: origin ?? OriginFeature.isOffered(by: connection.server), on: connection.server)
        )
        DelayAccountingHint.printIfNeeded(connection.server, fields: wanted)
        AccessHint.printIfNeeded(connection.server, filter: try filter.filter())

        let interruption = try Interruption.begin(
            after: end.period.map { $0.duration - (.now - start) }, everySecond: true, watchingOutput: file == "-")
        // Last, so that no file is left behind if it cannot be filled.
        let output = try special.take() ?? OutputFile.create(file, overwriting: force)
        var recording = try RecordingFile(output, path: file, timeout: OutputTimeout(ending: interruption.descriptor))
        try recording.write(Recorder.header(connection.server, effective).line.array)
        try recording.commit()
        let (writer, thread) = try RecordingWriter.start(recording)
        let text = { counts, size, isDone in Self.text(file, counts, size: size, isDone: isDone) }
        let outcome = try record(
            with: Recorder(
                connection: connection, writer: writer, limit: end.limit, reconnector: reconnect ? Reconnector() : nil),
            interruptedBy: interruption, text: text)
        writer.end(startingTimeoutBy: interruption.descriptor)
        // Another signal ends tsctl even if the disk blocks.
        interruption.end()
        thread.join()
        try report(outcome, writer, text)
    }

    /// The result of a recording.
    private struct Outcome {
        var reason = ""
        var counts = Recorder.Counts()
        /// The failure of the daemon that ended it.
        var failure: TaskstatsError?
        /// Whether the daemon confirmed that nothing is missing at the end.
        var isConfirmed = true
    }

    /// Records until something ends it.
    private func record(
        with recorder: consuming Recorder, interruptedBy interruption: borrowing Interruption,
        text: (Recorder.Counts, UInt64, Bool) -> String
    ) throws -> Outcome {
        let progress = ProgressLine()
        var outcome = Outcome()
        do {
            let ending = try recorder.run(interruptedBy: interruption) { recorder in
                progress.show(text(recorder.counts, recorder.fileSize, false))
            }
            outcome.reason = Self.reason(ending)
            switch ending {
            case .signal: outcome.isConfirmed = try recorder.takeRemaining(within: Interruption.timeout)
            case .time:
                outcome.isConfirmed = try recorder.takeRemaining(
                    within: Interruption.timeoutWithoutSignal, interruptedBy: interruption.signalDescriptor)
            // Nothing more is needed, or there is no reader for it.
            case .count, .readerGone: break
            }
        } catch let error as TaskstatsError {
            (outcome.reason, outcome.failure) = (error.message, error)
        } catch is StandardOutput.Stop {
            // The writer itself reports the error.
        }
        if !outcome.reason.isEmpty { try? recorder.end(reason: outcome.reason) }
        progress.clear()
        outcome.counts = recorder.counts
        return outcome
    }

    private func report(
        _ outcome: Outcome, _ writer: RecordingWriter, _ text: (Recorder.Counts, UInt64, Bool) -> String
    ) throws {
        switch writer.stop {
        case .failed(let failure): throw Failure("\(failure.message); the data written before can be played")
        case .some(let stop): throw stop
        case .none: Console.print(text(outcome.counts, writer.size, true))
        }
        if let failure = outcome.failure { throw failure }
        guard !outcome.isConfirmed else {
            if outcome.reason == Self.reason(.time) { try end.checkCount(outcome.counts.exits) }
            return
        }
        guard outcome.reason == Self.reason(.signal) else { throw Failure(Self.notConfirmed) }
        Console.print(Self.notConfirmed)
    }

    static let notConfirmed = "taskstatsd did not confirm the end in time; the last records before it may be missing"

    private static func reason(_ ending: WatchStream.Ending) -> String {
        switch ending {
        case .count: "count"
        case .time: "time"
        case .signal, .readerGone: "signal"
        }
    }

    private static func text(_ file: String, _ counts: Recorder.Counts, size: UInt64, isDone: Bool) -> String {
        let compressed = Compression(suffixOf: file) == nil ? "" : " (compressed to \(DecimalText.bytes(size)))"
        let kept = isDone ? "kept in \(file == "-" ? "standard output" : file)" : "kept"
        return LossText.summary(counts.exits, kept, lost: counts.lost, gaps: counts.gaps)
            + ", \(DecimalText.bytes(counts.bytes))\(compressed), "
            + DecimalText.seconds(microseconds: counts.elapsedMicroseconds)
    }
}
