import CommandSupport
import Taskstats

/// The waits of ended tasks over time, by group, in bounded memory.
///
/// A record has only sums over the life of its task, so each wait is spread evenly over that life: the average of many
/// tasks is right, the moment within a long life is not known. Intervals double when the period outgrows their number,
/// and groups beyond a limit are added up in one, as in a ``Summary``.
struct WaitTimeline {
    /// A kind of wait with a panel of its own.
    enum Kind: Int, CaseIterable {
        case cpu, blockIO, memory

        /// The fields that add up to it.
        var fields: FieldSet {
            switch self {
            case .cpu: [.cpuDelayTotal]
            case .blockIO: [.blkioDelayTotal]
            case .memory:
                [.swapinDelayTotal, .freepagesDelayTotal, .thrashingDelayTotal, .compactDelayTotal, .wpcopyDelayTotal]
            }
        }
    }

    /// The nanoseconds of waits in each interval.
    struct Layer {
        fileprivate(set) var values = [Double](repeating: 0, count: Kind.allCases.count * intervals)

        /// Returns the waits of a kind, by interval.
        subscript(kind: Kind) -> ArraySlice<Double> {
            values[kind.rawValue * intervals..<(kind.rawValue + 1) * intervals]
        }

        /// Returns the sum of the waits of a kind.
        func total(_ kind: Kind) -> Double { self[kind].reduce(0, +) }

        var total: Double { values.reduce(0, +) }

        static func += (sum: inout Layer, layer: Layer) {
            for index in sum.values.indices { sum.values[index] += layer.values[index] }
        }

        /// Joins each two neighbours.
        fileprivate mutating func halve() {
            for kind in Kind.allCases {
                let first = kind.rawValue * intervals
                for index in 0..<intervals {
                    let from = first + 2 * index
                    values[first + index] = 2 * index < intervals ? values[from] + values[from + 1] : 0
                }
            }
        }
    }

    /// A place where records are missing.
    struct Loss {
        let from: UInt64
        let to: UInt64
        let text: String
    }

    /// The maximum number of intervals; there are at least half as many, unless the period is short.
    static let intervals = 480
    private static let lossLimit = 1_000

    let scope: RecordScope
    let grouping: Grouping
    /// The start of the period, in nanoseconds since 1970; nil as long as nothing has ended.
    private(set) var start: UInt64?
    /// The last end of a task.
    private(set) var end: UInt64 = 0
    /// The length of an interval, in nanoseconds: first a millisecond.
    private(set) var interval: UInt64 = 1 << 20
    private(set) var losses: [Loss] = []
    private(set) var furtherLosses = 0
    private var layers: [Group: Layer] = [:]
    private var others: Layer?

    init(scope: RecordScope, by grouping: Grouping) {
        self.scope = scope
        self.grouping = grouping
    }

    /// Sets the start of the period, unless it has one; what was waited for before is left out.
    mutating func begin(at time: UInt64) {
        if start == nil, time > 0 { start = min(time, TraceTimeline.latest) }
    }

    /// Extends the period.
    mutating func extend(to time: UInt64) {
        begin(at: time)
        end = max(end, min(time, TraceTimeline.latest))
        while let start, end > start, (end - start - 1) / interval >= UInt64(Self.intervals) {
            interval *= 2
            for group in layers.keys { layers[group]?.halve() }
            others?.halve()
        }
    }

    /// Adds a task that ended.
    mutating func add(_ record: ExitRecord) {
        extend(to: record.time)
        let exit = ShownExit(record: record, scope: scope)
        let waits = Kind.allCases.map { exit.sum($0.fields) ?? 0 }
        guard waits.contains(where: { $0 > 0 }), let start else { return }
        let time = min(record.time, TraceTimeline.latest)
        let life = (from: time - min(time, exit.elapsedNanoseconds ?? 0), to: time)
        let group = grouping.group(of: record)
        if layers.count < Summary.mostGroups || layers[group] != nil {
            spread(waits, over: life, since: start, in: &layers[group, default: Layer()])
        } else {
            var layer = others ?? Layer()
            others = nil
            spread(waits, over: life, since: start, in: &layer)
            others = layer
        }
    }

    /// Adds records that are missing from the last end on, or from a known time on.
    mutating func lost(_ text: String, from: UInt64? = nil, to: UInt64? = nil) {
        if let to { extend(to: to) }
        guard losses.count < Self.lossLimit else {
            furtherLosses += 1
            return
        }
        losses.append(Loss(from: from ?? end, to: to ?? end, text: text))
    }

    private func spread(
        _ waits: [UInt64], over life: (from: UInt64, to: UInt64), since start: UInt64, in layer: inout Layer
    ) {
        guard life.to >= start else { return }
        let to = max(life.to - start, 1)
        let from = min(max(life.from, start) - start, to - 1)
        let length = Double(max(1, life.to - life.from))
        for number in from / interval...(to - 1) / interval {
            let part = min(to, (number + 1) * interval) - max(from, number * interval)
            for kind in Kind.allCases where waits[kind.rawValue] > 0 {
                layer.values[kind.rawValue * Self.intervals + Int(number)] +=
                    Double(waits[kind.rawValue]) * Double(part) / length
            }
        }
    }

    /// The groups with the most waits, most first, and the sum of all others.
    func largest(_ limit: Int) -> (groups: [(name: String, layer: Layer)], others: Layer?) {
        let sorted = layers.map { (group: $0.key, total: $0.value.total, layer: $0.value) }.sorted { left, right in
            if left.total != right.total { return left.total > right.total }
            return left.group.orderBytes.lexicographicallyPrecedes(right.group.orderBytes)
        }
        var rest = others
        for entry in sorted.dropFirst(limit) {
            var sum = rest ?? Layer()
            rest = nil
            sum += entry.layer
            rest = sum
        }
        return (sorted.prefix(limit).map { ($0.group.text, $0.layer) }, rest)
    }
}
