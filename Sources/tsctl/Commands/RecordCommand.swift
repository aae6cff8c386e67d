import ArgumentParser
import Glibc
import LinuxSystem
import TaskstatsClient
import TaskstatsProtocol

/// `tsctl record`: the stream of exits, kept in a file.
struct RecordCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "record",
        abstract: "Keeps each exit in a file, to be shown later by play.",
        discussion: """
            The file holds one JSON object per line: a header that says what was recorded, where and when; the daemon's \
            own exit and lost lines as they came; and a footer with the counts, unless it was cut off.

            A name that ends in .zst or .gz is compressed by zstd or gzip. Of what was written nothing is lost when \
            tsctl is killed, nor when the compressor is, which is started again. When both are killed at once, a \
            compressed file ends with the last frame that was closed: one is every second or 4 MiB, and while little ends \
            (64 KiB) every ten seconds. Each frame is a process of its own that ends, and is recorded. The file is brought \
            onto the disk (fsync) at the end only: when the machine itself dies, what the kernel had not written is lost.

            When the disk is full recording ends with status 1, and what was written can be played. Up to 32 MiB wait \
            for a slow disk; beyond that taskstatsd drops records and the loss is recorded where it is.

            \(FilterOptions.explanation)

            Examples:
              tsctl record night.zst                      until Ctrl-C
              tsctl record --for 10min --scope process processes.ndjson
              tsctl record --failed --uid www-data failures.gz
              tsctl record - | ssh elsewhere 'cat > here.ndjson'
              tsctl play night.zst --summary
            """)

    @Argument(help: ArgumentHelp("The file to write; - is standard output.", valueName: "file"), completion: .file())
    var file: String

    @Flag(help: "Overwrite a file that exists.")
    var force = false

    @OptionGroup var filter: FilterOptions

    @Option(
        help: ArgumentHelp("Fields or groups to record, between commas; all by default.", valueName: "names"),
        completion: FieldSelection.completion, transform: FieldSelection.init(parsing:))
    var fields: FieldSelection?

    @OptionGroup var end: EndOptions
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        if file == "-", isatty(STDOUT_FILENO) == 1 {
            throw ValidationError("A recording is not for a terminal; give a file, or send it elsewhere.")
        }
    }

    func run() throws {
        let connection = try connection.connect()
        connection.keepsText = true
        let wanted = fields?.set ?? .all
        let inForce = try connection.subscribe(try filter.subscription(fields: wanted))
        DelayAccountingHint.sayIfNeeded(connection.server, fields: wanted)

        let file = try open(Recorder.header(connection.server, inForce))
        let (writer, thread) = try RecordingWriter.start(file)
        let (counts, error) = try record(with: Recorder(connection: connection, writer: writer, limit: end.count))
        writer.end()
        thread.join()
        switch writer.stop {
        case .failed(let failure): throw Failure("\(failure.message); what was written before can be played")
        case .some(let stop): throw stop
        case .none: Console.say(text(counts, size: writer.size, isDone: true))
        }
        if let error { throw error }
    }

    private func open(_ header: RecordingHeader) throws -> RecordingFile {
        var file = try RecordingFile.open(file, overwriting: force)
        try file.write(header.line.array)
        try file.closeFrame()
        return file
    }

    /// Records until something ends it; how much it was, and the failure of the daemon that ended it.
    private func record(with recorder: consuming Recorder) throws -> (Recorder.Counts, TaskstatsError?) {
        let progress = ProgressLine()
        let interruption = try Interruption.begin(after: end.period, everySecond: true, watchingOutput: file == "-")
        var failure: TaskstatsError?
        var reason = ""
        do {
            let ending = try recorder.run(interruptedBy: interruption) { recorder in
                progress.show(text(recorder.counts, size: recorder.fileSize, isDone: false))
            }
            reason = Self.reason(ending)
            // Nothing more is wanted then, or nobody is there to have it.
            if ending != .count, ending != .readerGone { try recorder.takeRest() }
        } catch let error as TaskstatsError {
            (reason, failure) = (error.message, error)
        } catch is StandardOutput.Stop {
            // The writer itself says what is wrong.
        }
        interruption.end()
        if !reason.isEmpty { try? recorder.end(reason: reason) }
        progress.clear()
        return (recorder.counts, failure)
    }

    private static func reason(_ ending: WatchStream.Ending) -> String {
        switch ending {
        case .count: "count"
        case .time: "time"
        case .signal, .readerGone: "signal"
        }
    }

    private func text(_ counts: Recorder.Counts, size: UInt64, isDone: Bool) -> String {
        let compressed = Compression(suffixOf: file) == nil ? "" : " (compressed to \(DecimalText.bytes(size)))"
        let kept = isDone ? "kept in \(file == "-" ? "standard output" : file)" : "kept"
        return LossText.summary(counts.exits, kept, lost: counts.lost)
            + ", \(DecimalText.bytes(counts.bytes))\(compressed), "
            + DecimalText.seconds(microseconds: counts.elapsedMicroseconds)
    }
}
