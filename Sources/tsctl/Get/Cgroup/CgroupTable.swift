import Taskstats

/// The table of a cgroup at intervals: rates over all of its processes, and its pressure.
struct CgroupTable {
    /// A column: its shape and its text for a sample.
    private struct Entry: DispensableColumn {
        let column: Column
        let rank: Int
        let text: (CgroupSample) -> String?

        init(_ title: String, _ width: Int, rank: Int, _ text: @escaping (CgroupSample) -> String?) {
            column = Column(title: title, alignment: .right, width: max(width, title.utf8.count))
            self.rank = rank
            self.text = text
        }
    }

    private let entries: [Entry]
    private let times: TimeFormat
    private let style: Style

    /// Creates a table whose columns fit the width of the terminal, if there is one.
    init(style: Style, width: Int?, times: TimeFormat) {
        entries = Self.all.fitting(width.map { $0 - times.secondsWidth - 1 })
        self.times = times
        self.style = style
    }

    private var shape: [Column] {
        [Column(title: "TIME", alignment: .left, width: times.secondsWidth)] + entries.map(\.column)
    }

    /// The heading with the titles.
    var heading: String { style.heading(Table.row(shape.map(\.title), shape)) }

    /// Returns the row of an interval; values that were not counted are "-".
    func row(_ sample: CgroupSample) -> String {
        Table.row([times.seconds(nanoseconds: sample.time)] + entries.map { $0.text(sample) ?? "-" }, shape)
    }

    // MARK: Columns

    private static var all: [Entry] {
        [
            Entry("PROCS", 6, rank: 0) { "\($0.usage.processes)" },
            Entry("THREADS", 7, rank: 3) { "\($0.usage.tasks)" },
            Entry("MISSED", 6, rank: 0) { "\($0.missing.count)" + ($0.unreadableCgroups > 0 ? "+" : "") },
            share("RUN %", .cpuRunVirtualTotal, rank: 0), share("CPUWAIT %", .cpuDelayTotal, rank: 0),
            share("BLKIO %", .blkioDelayTotal, rank: 0), share("SWAP %", .swapinDelayTotal, rank: 6),
            share("RECLAIM %", .freepagesDelayTotal, rank: 4), share("THRASH %", .thrashingDelayTotal, rank: 7),
            share("COMPACT %", .compactDelayTotal, rank: 10), share("COW %", .wpcopyDelayTotal, rank: 9),
            share("IRQ %", .irqDelayTotal, rank: 8), bytes("READ/s", .readBytes, rank: 1),
            bytes("WRITE/s", .writeBytes, rank: 1), pressure("PSI CPU %", .cpu, rank: 5),
            pressure("PSI IO %", .io, rank: 2), pressure("PSI MEM %", .memory, rank: 5),
        ]
    }

    private static func share(_ title: String, _ field: Field, rank: Int) -> Entry {
        Entry(title, 7, rank: rank) { sample in
            guard let interval = sample.intervalMicroseconds, let time = sample.usage.stats[field] else { return nil }
            return Rate.percent(permille: Rate.permille(nanoseconds: time, in: interval))
        }
    }

    private static func bytes(_ title: String, _ field: Field, rank: Int) -> Entry {
        Entry(title, 7, rank: rank) { sample in
            guard let interval = sample.intervalMicroseconds, let count = sample.usage.stats[field] else { return nil }
            return Rate.shortBytes(Rate.perSecond(count, in: interval)) + (sample.lackingThreads > 0 ? "+" : "")
        }
    }

    private static func pressure(_ title: String, _ resource: SystemFigures.Resource, rank: Int) -> Entry {
        Entry(title, 9, rank: rank) { sample in
            guard let interval = sample.intervalMicroseconds, let time = sample.pressure[resource]?.some else {
                return nil
            }
            let nanoseconds = Nanoseconds.of(microseconds: min(time, interval))
            return Rate.percent(permille: Rate.permille(nanoseconds: nanoseconds, in: interval))
        }
    }
}
