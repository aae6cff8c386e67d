/// The scale of time: a duration on a width, with ticks at round times in human units.
struct PictureAxis {
    let duration: UInt64
    let width: Double

    private static let minimumDistance = 85.0
    /// The steps between ticks, in nanoseconds: 1, 2 and 5 times powers of ten, then minutes, hours and days.
    private static let steps: [UInt64] = {
        let decimal = (0...9).flatMap { power in
            [1, 2, 5].map { $0 * (0..<power).reduce(UInt64(1)) { result, _ in result * 10 } }
        }
        let seconds: [UInt64] = [10, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200, 21_600, 43_200, 86_400]
        let days: [UInt64] = [2, 5, 10, 20, 50, 100, 200, 500, 1_000, 5_000]
        return decimal + seconds.map { $0 * 1_000_000_000 } + days.map { $0 * 86_400_000_000_000 }
    }()

    /// The position of a time since the start.
    func position(_ time: UInt64) -> Double {
        duration == 0 ? 0 : Double(min(time, duration)) / Double(duration) * width
    }

    /// The time between two ticks.
    var step: UInt64 {
        let count = max(1, UInt64(width / Self.minimumDistance))
        return Self.steps.first { $0 >= max(1, duration / count) } ?? max(1, duration)
    }

    /// The ticks, as times since the start.
    var ticks: [UInt64] {
        let step = step
        return (0...duration / step).map { $0 * step }
    }

    /// Formats the time of a tick: "0", "200 ms", "1.5 s", "2:30 min", "1:05:00 h".
    static func text(_ time: UInt64) -> String {
        let seconds = time / 1_000_000_000
        if time == 0 { return "0" }
        if time < 1_000_000 { return trimmed(Double(time) / 1e3) + " µs" }
        if time < 1_000_000_000 { return trimmed(Double(time) / 1e6) + " ms" }
        if seconds < 60 { return trimmed(Double(time) / 1e9) + " s" }
        let two = { (value: UInt64) in (value < 10 ? "0" : "") + "\(value)" }
        if seconds < 3_600 { return "\(seconds / 60):\(two(seconds % 60)) min" }
        if seconds < 172_800 { return "\(seconds / 3_600):\(two(seconds % 3_600 / 60)) h" }
        return "\(seconds / 86_400) d \(seconds % 86_400 / 3_600) h"
    }

    private static func trimmed(_ value: Double) -> String {
        var text = DecimalText.fixed(value, 3)
        while text.hasSuffix("0") { text.removeLast() }
        return text.hasSuffix(".") ? String(text.dropLast()) : text
    }
}
