import ArgumentParser

/// The length of an interval: seconds, with up to three decimals.
struct Interval: Equatable {
    let milliseconds: Int

    private static let least = 100
    private static let most = 86_400_000

    init(milliseconds: Int) { self.milliseconds = min(max(milliseconds, Self.least), Self.most) }

    /// Parses seconds as in "2" or "0.5".
    init(parsing text: String) throws(ValidationError) {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let decimals = parts.count > 1 ? parts[1] : "0"
        guard parts[0].utf8.count <= 6, (1...3).contains(decimals.utf8.count),
            (parts[0] + decimals).utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let seconds = Int(parts[0]), let fraction = Int(decimals)
        else { throw ValidationError("'\(text)' is not a number of seconds, as in 2 or 0.5") }
        let scale = [1: 100, 2: 10, 3: 1][decimals.utf8.count] ?? 1
        milliseconds = seconds * 1_000 + fraction * scale
        guard (Self.least...Self.most).contains(milliseconds) else {
            throw ValidationError("an interval must be 0.1 to 86400 seconds")
        }
    }

    /// Returns the pause before the next sample, after one that took this number of milliseconds.
    ///
    /// It is at least half an interval, which leaves time for keys and for the machine if samples take longer than
    /// intervals.
    func rest(afterSpending spent: Int) -> Int { max(milliseconds - spent, milliseconds / 2) }

    /// The interval in seconds: "2", "0.5".
    var text: String {
        let whole = milliseconds / 1_000
        var decimals = String(String(1_000 + milliseconds % 1_000).dropFirst())
        while decimals.last == "0" { decimals.removeLast() }
        return decimals.isEmpty ? "\(whole)" : "\(whole).\(decimals)"
    }
}
