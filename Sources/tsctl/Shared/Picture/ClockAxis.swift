/// The scale of a period of local time: ticks at round times of day.
struct ClockAxis {
    private let start: UInt64
    private let scale: PictureAxis

    init(from start: UInt64, to end: UInt64, width: Double) {
        self.start = start
        scale = PictureAxis(duration: end - min(start, end), width: width)
    }

    /// The position of a time.
    func position(_ time: UInt64) -> Double { scale.position(time > start ? time - start : 0) }

    /// The ticks, with the time of day, or with the date if they are days apart.
    var ticks: [(position: Double, text: String)] {
        let step = scale.step
        let local = start &+ UInt64(bitPattern: LocalClock.offset(seconds: start / 1_000_000_000) &* 1_000_000_000)
        let first = (step - local % step) % step
        guard first <= scale.duration else { return [] }
        return stride(from: first, through: scale.duration, by: UInt64.Stride(step)).map {
            (scale.position($0), Self.text(start &+ $0, step: step))
        }
    }

    private static func text(_ time: UInt64, step: UInt64) -> String {
        if step >= 86_400_000_000_000 {
            return String(LocalClock.dateAndTime(seconds: time / 1_000_000_000).prefix(10))
        }
        let digits = step < 1_000_000_000 ? 12 : step < 60_000_000_000 ? 8 : 5
        return String(LocalClock.timeOfDay(nanoseconds: time).prefix(digits))
    }
}
