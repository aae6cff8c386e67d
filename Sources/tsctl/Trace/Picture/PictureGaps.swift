import CommandSupport

/// The gaps of a picture: where records are lost, joined where they would overlap.
struct PictureGaps {
    /// A gap at one place.
    struct Gap {
        /// The time since the start of the timeline.
        let time: UInt64
        let text: String
    }

    let gaps: [Gap]

    private static let textLimit = 80

    /// Joins losses that are nearer to each other than this time.
    init(_ timeline: TraceTimeline, distance: UInt64) {
        var found: [(time: UInt64, texts: [String])] = []
        let start = timeline.start
        for loss in timeline.losses.sorted(by: { $0.time < $1.time }) {
            let time = min(loss.time > start ? loss.time - start : 0, timeline.duration)
            if let last = found.last, time - last.time < distance {
                found[found.count - 1].texts.append(loss.text)
            } else {
                found.append((time, [loss.text]))
            }
        }
        gaps = found.map { time, texts in
            let first = PictureText.cut(PrintableText.of(texts.first ?? ""), to: Self.textLimit)
            return Gap(time: time, text: texts.count == 1 ? first : "\(first), and \(texts.count - 1) more")
        }
    }
}
