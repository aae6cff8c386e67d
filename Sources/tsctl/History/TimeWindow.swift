import ArgumentParser
import LinuxSystem

/// The time from `--since` to `--until`, in nanoseconds since 1970.
struct TimeWindow: Equatable {
    var since: UInt64
    var until: UInt64

    /// Everything.
    static let all = TimeWindow(since: 0, until: .max)

    func contains(_ time: UInt64) -> Bool { since <= time && time <= until }
}

/// The options that choose a part of the history.
struct WindowOptions: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Begin with what ended at this time (default: the oldest).", valueName: "time"))
    var since: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("End with what ended at this time (default: now).", valueName: "time")
    )
    var until: String?

    /// Returns the window; throws if it makes no sense.
    func window(now: UInt64) throws(ValidationError) -> TimeWindow {
        var window = TimeWindow.all
        if let since {
            window.since = try Self.time(since, option: "--since", now: now, after: nil)
            guard window.since <= now else { throw ValidationError("--since \(since): is in the future.") }
        }
        if let until {
            window.until = try Self.time(until, option: "--until", now: now, after: since == nil ? nil : window.since)
            guard window.until >= window.since else {
                throw ValidationError("--until \(until): is before --since \(since ?? "").")
            }
        }
        return window
    }

    /// Returns the time of an option; throws if it makes no sense.
    static func time(
        _ text: String, option: String, now: UInt64, after start: UInt64?
    ) throws(ValidationError) -> UInt64 {
        guard let argument = TimeArgument(text) else {
            throw ValidationError("\(option) \(text): \(TimeArgument.expectation).")
        }
        guard let time = argument.nanoseconds(now: now, after: start) else {
            throw ValidationError("\(option) \(text): there is no such date.")
        }
        return time
    }

    func validate() throws { _ = try window(now: SystemClock.realtimeNanoseconds) }
}
