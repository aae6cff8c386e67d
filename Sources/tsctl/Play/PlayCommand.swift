import ArgumentParser
import CommandSupport
import LinuxSystem
import Taskstats
import TaskstatsProtocol

/// `tsctl play`: shows a recording of record or getdelays.
struct PlayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "play",
        abstract: "Shows a recording as watch would have shown it.",
        discussion: """
            Compressed recordings are recognised by their content. taskstatsd is not needed.

            A truncated recording, as after a power failure, is shown as far as it goes, with a message. Damaged \
            lines are reported with their numbers and counted, the others are shown, and the exit status is 1. Of \
            damaged compressed data, what precedes the damage is shown.

            \(TraceOptions.explanation)

            --raw reads the output of getdelays -w and procacct -w: records of any struct version, with or without \
            four extra bytes after each. They contain neither the CPU nor losses, and the time of an exit only to the \
            second.

            \(FilterOptions.explanation)

            \(DurationArgument.explanation)

            \(ViewOptions.columns)

            \(ViewOptions.origin)

            \(ViewOptions.losses)

            \(LineFormat.explanation)

            \(ViewOptions.summary)

            Examples:
              tsctl play night.zst --failed
              tsctl play night.zst --origin --unit 'nginx*'
              tsctl play night.zst --summary --scope process
              tsctl play night.zst --json | jq -c 'select(.stats.blkio_delay_total > 1000000000)'
              ssh elsewhere cat there.ndjson | tsctl play -
              tsctl play --raw getdelays.log --summary
            """)

    @Argument(help: ArgumentHelp("The file to show (-: standard input).", valueName: "file"), completion: .file())
    var file: String

    @Flag(help: "Read raw records, as written by getdelays -w.")
    var raw = false

    @OptionGroup var filter: FilterOptions
    @OptionGroup var view: ViewOptions
    @OptionGroup var timeline: TraceOptions

    func validate() throws {
        if timeline.isWanted, view.isLines || view.csv || view.summary || view.fields != nil || view.origin || raw {
            throw ValidationError(
                "--trace and --report cannot be combined with --raw, --summary, or the format of exits.")
        }
        if raw, filter.cpus != "all" {
            throw ValidationError("--cpus cannot be combined with --raw: raw records have no CPU.")
        }
        if raw, try view.wantsOrigin || filter.filter().requiresOrigin {
            throw ValidationError("--raw cannot be combined with the origin of processes: raw records have none.")
        }
        _ = try filter.recordedCPUs()
    }

    func run() throws {
        let source = try RecordingSource.open(file)
        do {
            if timeline.isWanted {
                try playTimeline(source)
            } else if raw {
                try playRaw(source)
            } else {
                try playLines(source)
            }
        } catch let error as SystemError {
            throw Failure("cannot read \(name): \(error.text)")
        }
    }

    private var noRecording: Failure {
        Failure("\(name) is not a recording of tsctl (use --raw for the output of getdelays -w)")
    }

    private var name: String { file == "-" ? "standard input" : file }

    private func playLines(_ source: consuming RecordingSource) throws {
        var reader = RecordingReader(source, keepsText: view.keepsText)
        var item = reader.next()
        if case .incomplete = item, try reader.readMore() { item = reader.next() }
        var scope = filter.scope
        switch item {
        case .line(.header(let header), _): scope = scope ?? header.subscription.scope
        // The header may be damaged, but a file that is no recording is not worth reading to the end.
        case .damaged(_, _, startsAsObject: false), .truncated: throw noRecording
        default: break
        }
        var player = try player(scope: scope ?? .task)
        repeat {
            while true {
                try play(item, with: &player)
                if case .incomplete = item { break }
                item = reader.next()
            }
            try player.flush()
            guard try reader.readMore() else { break }
            item = reader.next()
        } while true
        if let complaint = reader.finish() { try player.damaged(complaint) }
        guard player.isAnythingRead else {
            throw noRecording
        }
        try player.finish(as: view.form)
    }

    private func player(scope: RecordScope) throws -> Player {
        let shown = try view.view(scope: scope)
        let fields = view.wanted(by: shown)
        return Player(
            try filter.filter(), cpus: try filter.recordedCPUs(), scope: filter.scope, view: shown, shownFields: fields,
            showsOrigin: view.wantsOrigin, jsonFields: view.fields?.set)
    }

    private func play(_ item: RecordingItem, with player: inout Player) throws {
        switch item {
        case .line(.header(let header), _): try player.begin(header)
        case .line(.exit(let exit), let text): try player.exit(exit, text: text)
        case .line(.lost(let loss), _): try player.lost(loss)
        case .line(.gap(let gap), _): try player.gap(gap)
        case .line(.footer(let footer), _): try player.end(footer)
        case .line(.start, _), .line(.other, _), .incomplete: break
        case .damaged(let line, let problem, _): try player.damaged("line \(line): \(problem)")
        case .truncated(let line): Console.print("line \(line), the last one, is truncated")
        }
    }

    /// Writes the timeline, and its report.
    private func playTimeline(_ source: consuming RecordingSource) throws {
        let file = try timeline.open()
        var recorded = RecordedTimeline(try filter.filter(), cpus: try filter.recordedCPUs())
        // What blocks while it is read, such as a pipe, is ended by the signal itself.
        let interruption = source.isRegular ? try Interruption.begin(watchingOutput: false) : nil
        var isInterrupted = false
        var progress = WorkProgress()
        var reader = RecordingReader(source, keepsText: false)
        repeat {
            while true {
                let item = reader.next()
                if case .incomplete = item { break }
                recorded.take(item)
            }
            progress.show("\(PictureText.count(recorded.exits, "record", "records")) read")
            isInterrupted = Self.isOver(interruption)
        } while try !isInterrupted && reader.readMore()
        progress.clear()
        guard let timeline = recorded.timeline(title: name) else { throw noRecording }
        try self.timeline.write(timeline, to: file)
        if self.timeline.report {
            var output = StandardOutput()
            let report = TraceReport(timeline, style: .forStandardOutput(), width: Terminal.width)
            for line in report.lines { output.line(line) }
            try output.flush()
        }
        if isInterrupted {
            throw Failure(
                "interrupted: only the first \(PictureText.count(recorded.exits, "record", "records")) were used")
        }
        if let damage = reader.finish() { throw Failure(damage) }
        if recorded.damages > 0 {
            let places = "\(recorded.damages) damaged \(recorded.damages == 1 ? "place" : "places")"
            throw Failure("\(places); the undamaged records were used")
        }
    }

    private static func isOver(_ interruption: borrowing Interruption?) -> Bool {
        switch interruption {
        case .some(let interruption): interruption.cause() != nil
        case .none: false
        }
    }

    private func playRaw(_ source: consuming RecordingSource) throws {
        var player = try player(scope: filter.scope ?? .task)
        var reader = RawRecordReader()
        var recording = RawRecording()
        var source = source
        var isAtEnd = false
        while true {
            switch reader.next() {
            case .record(let record):
                if let exit = recording.take(record) { try player.exit(exit) }
            case .damaged(let offset, let count):
                if let exit = recording.finish() { try player.exit(exit) }
                try player.damaged("\(count) bytes at offset \(offset) are not a record")
            case .truncated(let offset, let count):
                Console.print("the last record, at offset \(offset), is truncated after \(count) bytes")
            case .incomplete:
                if isAtEnd {
                    if let exit = recording.finish() { try player.exit(exit) }
                    if let complaint = source.finish() { try player.damaged(complaint) }
                    guard player.isAnythingRead else {
                        throw Failure("\(name) contains no record of getdelays -w")
                    }
                    return try player.finish(as: view.form)
                }
                try player.flush()
                isAtEnd = try !source.read(into: &reader)
            }
        }
    }
}

extension RecordingSource {
    /// Reads the next bytes; returns false at the end.
    fileprivate mutating func read(into reader: inout RawRecordReader) throws(SystemError) -> Bool {
        // A result, because the allocation keeps the type of an error only in the library of Swift 6.3 and later.
        let result: Result<Bool, SystemError> =
            unsafe withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 16) { room in
                do throws(SystemError) {
                    let count = try unsafe read(into: room)
                    unsafe reader.append(room.prefix(count))
                    if count == 0 { reader.end() }
                    return .success(count > 0)
                } catch {
                    return .failure(error)
                }
            }
        return try result.get()
    }
}
