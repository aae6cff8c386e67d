import ArgumentParser
import Taskstats

/// The options of a recording in a directory.
struct RetentionOptions: ParsableArguments {
    static let explanation = """
        --directory records into files of a directory, for a recorder that runs all the time. A file is named by the \
        time of its first record, in UTC, and a number; the next one begins after --rotate, or when a file has a \
        sixteenth of --max-size. The oldest file is removed before the files would exceed --max-size, at any time, and \
        when all of its records are older than --max-age. One recorder at a time writes into a directory; other \
        files in it are left alone.

        Files are compressed with zstd, and every tool for it reads them: a frame is closed after one minute or 4 MiB. \
        Every second the records so far are flushed and synced to disk (fdatasync), so at most one second is lost \
        when tsctl is killed or the power fails. A file that is cut anywhere is readable up to the last flushed block.

        A new recorder continues where the newest file ends: taskstatsd sends what has ended since, as far as it keeps \
        a history. A line of the recording reports what is missing otherwise. The same happens when taskstatsd \
        restarts, and after a full disk: then tsctl waits until there is room.
        """

    @Option(
        help: ArgumentHelp("Record into files of this directory.", valueName: "path"), completion: .directory)
    var directory: String?

    @Option(help: ArgumentHelp("Size of all files together, as in 500M or 2G (default: 2G).", valueName: "size"))
    var maxSize: String?

    @Option(
        help: ArgumentHelp("Age of the oldest record, as in 12h or 14d (default: 14d).", valueName: "time"),
        transform: DurationArgument.age)
    var maxAge: DurationArgument?

    @Option(
        help: ArgumentHelp("Time after which a new file begins (default: 1h).", valueName: "time"),
        transform: DurationArgument.age)
    var rotate: DurationArgument?

    /// The limits of the directory.
    var limits: RetentionLimits {
        get throws(ValidationError) {
            RetentionLimits(
                bytes: try maxSize.map(Self.bytes) ?? 2 << 30,
                age: (maxAge ?? DurationArgument(seconds: 14 * 86_400)).nanoseconds,
                rotation: (rotate ?? DurationArgument(seconds: 3_600)).nanoseconds)
        }
    }

    func validate() throws {
        _ = try limits
        guard directory == nil else { return }
        if maxSize != nil || maxAge != nil || rotate != nil {
            throw ValidationError("--max-size, --max-age and --rotate require --directory.")
        }
    }

    private static func bytes(_ text: String) throws(ValidationError) -> UInt64 {
        let units: [Character: UInt64] = ["K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40]
        let unit = text.last.flatMap { units[Character($0.uppercased())] }
        let digits = unit == nil ? text[...] : text.dropLast()
        let number =
            digits.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? UInt64(digits) : nil
        guard let number, case (let bytes, false) = number.multipliedReportingOverflow(by: unit ?? 1),
            (RetentionLimits.smallestBytes...1 << 50).contains(bytes)
        else {
            throw ValidationError("--max-size \(text): must be a size of at least 1M, as in 500M or 2G.")
        }
        return bytes
    }
}

extension DurationArgument {
    /// The values of `--max-age` and `--rotate`.
    private static let ages = DurationArgument(seconds: 1)...DurationArgument(seconds: 3_650 * 86_400)

    /// Parses the value of `--max-age` or `--rotate`.
    static func age(_ text: String) throws(ValidationError) -> DurationArgument {
        guard let time = DurationArgument(text), ages.contains(time) else {
            throw ValidationError(expectation(in: ages))
        }
        return time
    }

    /// The time in nanoseconds, which fit.
    var nanoseconds: UInt64 { microseconds &* 1_000 }
}
