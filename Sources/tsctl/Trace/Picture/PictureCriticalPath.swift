/// The critical path as a picture draws it: through rows, without parts that are too short to see.
struct PictureCriticalPath {
    /// A part of the path within one row.
    struct Part {
        let row: Int
        let start: UInt64
        var end: UInt64
        /// The process that determined most of it.
        var span: Int

        var duration: UInt64 { end - start }
    }

    /// The parts, in the order of time.
    let parts: [Part]
    /// The longest segments of the path itself, the longest first.
    let longest: [CriticalPath.Segment]

    /// The number of segments that a picture lists.
    static let listed = 8

    /// Finds the path through rows; parts shorter than `shortest` belong to the part before.
    init(_ timeline: TraceTimeline, _ rows: PictureRows, shortest: UInt64) {
        let segments = CriticalPath(timeline).segments
        var parts: [Part] = []
        var longestInPart: UInt64 = 0
        for segment in segments {
            let row = rows.rowOfSpan[segment.span]
            if let last = parts.last, last.row == row || segment.duration < shortest {
                parts[parts.count - 1].end = segment.end
                if last.row == row, segment.duration > longestInPart {
                    longestInPart = segment.duration
                    parts[parts.count - 1].span = segment.span
                }
            } else {
                longestInPart = segment.duration
                parts.append(Part(row: row, start: segment.start, end: segment.end, span: segment.span))
            }
        }
        self.parts = parts
        longest = Array(
            segments.sorted { $0.duration == $1.duration ? $0.start < $1.start : $0.duration > $1.duration }
                .prefix(Self.listed))
    }

    /// The longest segments as lines: the duration with its share of the whole, and the command line.
    func lines(_ timeline: TraceTimeline) -> [(duration: String, text: String)] {
        let whole = Double(max(timeline.duration, 1))
        return longest.map { segment in
            let percent = Double(segment.duration) / whole * 100
            let share = percent < 1 ? "<1 %" : DecimalText.fixed(percent, 0) + " %"
            let text = PictureFacts.text(timeline.spans[segment.span])
            return ("\(PictureText.duration(segment.duration)), \(share)", text)
        }
    }
}
