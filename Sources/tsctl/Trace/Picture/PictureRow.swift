import Taskstats

/// A row of a picture: a process, or several that are folded into one bar.
struct PictureRow {
    /// The places of the spans; the first is the one that started first.
    let spans: [Int]
    /// The row of the parent; nil at the top.
    let parent: Int?
    let depth: Int
    let name: String
    let start: UInt64
    let end: UInt64
    /// The sum of the lifetimes.
    let lifetime: UInt64
    /// The number of processes that failed.
    let failures: Int
    let isReparented: Bool
    /// The shares of all processes together.
    let shares: [Double]
    /// The times in which at least one of the processes lived; neighbours are joined to bound their number.
    let pieces: [Range<UInt64>]

    private static let pieceLimit = 64

    var isFold: Bool { spans.count > 1 }

    /// Creates the row of these spans.
    init(_ places: [Int], of timeline: TraceTimeline, parent: Int?, depth: Int, name: String) {
        let spans = places.map { timeline.spans[$0] }
        self.spans = places
        self.parent = parent
        self.depth = depth
        self.name = name
        start = spans.map(\.start).min() ?? 0
        end = spans.map(\.end).max() ?? 0
        lifetime = spans.reduce(0) { $0 &+ $1.duration }
        failures = spans.count(where: \.isFailure)
        isReparented = spans.contains(where: \.isReparented)
        var shares = [Double](repeating: 0, count: TraceShares.State.allCases.count)
        for span in spans {
            let weight = lifetime == 0 ? 1 / Double(spans.count) : Double(span.duration) / Double(lifetime)
            let own = TraceShares(span)
            for (index, state) in TraceShares.State.allCases.enumerated() { shares[index] += own[state] * weight }
        }
        self.shares = shares
        pieces = Self.joined(spans.map { $0.start..<$0.end }.sorted { $0.lowerBound < $1.lowerBound })
    }

    /// Joins ranges that overlap, then those with short gaps, until they are few.
    private static func joined(_ ranges: [Range<UInt64>]) -> [Range<UInt64>] {
        var joined = ranges
        var gap: UInt64 = 0
        repeat {
            var result: [Range<UInt64>] = []
            for range in joined {
                if let last = result.last, range.lowerBound <= last.upperBound &+ gap {
                    result[result.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
                } else {
                    result.append(range)
                }
            }
            joined = result
            gap = max(gap * 2, 1_000)
        } while joined.count > pieceLimit
        return joined
    }

    /// The name with the number of processes: "sed", "41 × sed".
    var title: String { isFold ? "\(PictureText.count(spans.count)) × \(name)" : name }
}
