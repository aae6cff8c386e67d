import ArgumentParser
import Taskstats

extension DurationArgument {
    /// The explanation of the options that take a time.
    static let explanation = """
        A time is a number of seconds, or a number with a unit (us, ms, s, min, h, d), as in 0.5, 500ms or 2min.
        """

    /// The values of `--interval`.
    static let intervals = DurationArgument(microseconds: 100_000)...DurationArgument(seconds: 86_400)
    /// The values of `--for`.
    private static let periods = DurationArgument(microseconds: 1)...DurationArgument(seconds: 3_650 * 86_400)

    /// Parses the value of `--interval`.
    static func interval(_ text: String) throws(ValidationError) -> DurationArgument { try parse(text, in: intervals) }

    /// Parses the value of `--for`.
    static func period(_ text: String) throws(ValidationError) -> DurationArgument { try parse(text, in: periods) }

    private static func parse(
        _ text: String, in range: ClosedRange<DurationArgument>
    ) throws(ValidationError) -> DurationArgument {
        guard let time = DurationArgument(text), range.contains(time) else {
            throw ValidationError(expectation(in: range))
        }
        return time
    }
}

/// The length of an interval.
extension DurationArgument {
    /// The length in whole milliseconds.
    var milliseconds: Int { Int(microseconds / 1_000) }

    /// The length in seconds: "2", "0.5".
    var secondsText: String {
        var decimals = String(1_000_000 + microseconds % 1_000_000).dropFirst()
        while decimals.last == "0" { decimals.removeLast() }
        return "\(microseconds / 1_000_000)" + (decimals.isEmpty ? "" : ".\(decimals)")
    }

    /// Returns the pause before the next sample, in milliseconds, after a sample that took this number of them.
    ///
    /// It is at least half an interval, which leaves time for keys and for the machine if samples take longer than
    /// intervals.
    func pauseMilliseconds(afterSampling spent: Int) -> Int { max(milliseconds - spent, milliseconds / 2) }

    /// Returns the interval within the limits of `--interval`.
    var withinLimits: DurationArgument { min(max(self, Self.intervals.lowerBound), Self.intervals.upperBound) }
}
