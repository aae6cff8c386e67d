/// The distribution of times, in fixed buckets from 100 µs to 100 s.
struct TimeHistogram: Equatable {
    /// The upper bound of each bucket in nanoseconds; the last bucket has none.
    static let bounds: [UInt64] = [
        100_000, 300_000, 1_000_000, 3_000_000, 10_000_000, 30_000_000, 100_000_000, 300_000_000, 1_000_000_000,
        3_000_000_000, 10_000_000_000, 30_000_000_000, 100_000_000_000,
    ]
    /// The bounds as text, in seconds.
    static let boundTexts = [
        "0.0001", "0.0003", "0.001", "0.003", "0.01", "0.03", "0.1", "0.3", "1.0", "3.0", "10.0", "30.0", "100.0",
    ]

    private var counts = InlineArray<14, UInt64>(repeating: 0)
    /// The sum of all times, in nanoseconds.
    private(set) var nanoseconds: UInt64 = 0

    /// Adds a time; a time at a bound belongs to its bucket.
    mutating func add(_ time: UInt64) {
        counts[Self.bounds.firstIndex { time <= $0 } ?? Self.bounds.count] &+= 1
        nanoseconds &+= time
    }

    /// The counts of the buckets, each without those before it.
    var buckets: [UInt64] { (0..<14).map { counts[$0] } }

    /// The number of times.
    var count: UInt64 { buckets.reduce(0, &+) }

    static func += (left: inout TimeHistogram, right: TimeHistogram) {
        for index in 0..<14 { left.counts[index] &+= right.counts[index] }
        left.nanoseconds &+= right.nanoseconds
    }

    static func == (left: TimeHistogram, right: TimeHistogram) -> Bool {
        left.buckets == right.buckets && left.nanoseconds == right.nanoseconds
    }
}
