import Taskstats

/// A column of `watch`: its content and its fields.
struct WatchColumn: DispensableColumn {
    let column: Column
    let fields: FieldSet
    /// The removal order on a narrow terminal, highest first; 0: never removed.
    var rank = 0
    var marksFailure = false
    let text: (ShownExit, inout AccountNames) -> String?

    /// Creates a column of one field.
    init(field: Field) {
        let alignment: Column.Alignment = field.kind == .command ? .left : .right
        let width = field.kind == .command ? 15 : field.unit == .count ? 8 : 12
        column = Column(title: field.name, alignment: alignment, width: max(width, field.name.utf8.count))
        fields = [field]
        text = { exit, _ in exit.text(field) }
    }

    private init(
        _ title: String, _ alignment: Column.Alignment, _ width: Int, cuts: Bool = false, rank: Int = 0,
        marksFailure: Bool = false, fields: FieldSet = [],
        _ text: @escaping (ShownExit, inout AccountNames) -> String?
    ) {
        column = Column(title: title, alignment: alignment, width: width, cuts: cuts)
        self.fields = fields
        self.rank = rank
        self.marksFailure = marksFailure
        self.text = text
    }

    private static func milliseconds(
        _ title: String, _ width: Int, rank: Int = 0, fields: FieldSet, _ value: @escaping (ShownExit) -> UInt64?
    ) -> WatchColumn {
        WatchColumn(title, .right, width, rank: rank, fields: fields) { exit, _ in
            value(exit).map { DecimalText.shortMilliseconds(nanoseconds: $0) }
        }
    }

    /// Returns the columns for the time, the CPU and the pid, which precede all others.
    static func leading(_ times: TimeFormat) -> [WatchColumn] {
        [
            WatchColumn("TIME", .left, times.millisecondsWidth, rank: 1) { exit, _ in
                exit.record.time == 0 ? nil : exit.times.milliseconds(nanoseconds: exit.record.time)
            },
            WatchColumn("CPU", .right, 3, rank: 3) { exit, _ in
                exit.record.cpu == ExitRecord.unknownCPU ? nil : "\(exit.record.cpu)"
            },
            WatchColumn("PID", .right, 7) { exit, _ in exit.record.pid == 0 ? nil : "\(exit.record.pid)" },
        ]
    }

    /// The waits for memory of any kind.
    static let memoryDelays: FieldSet = [
        .swapinDelayTotal, .freepagesDelayTotal, .thrashingDelayTotal, .compactDelayTotal, .wpcopyDelayTotal,
    ]

    private static func usual(_ times: TimeFormat) -> [WatchColumn] {
        leading(times) + [
            WatchColumn("TGID", .right, 7, rank: 8) { exit, _ in exit.record.tgid.map { "\($0)" } },
            WatchColumn("COMMAND", .left, 15, cuts: true, fields: [.acComm]) { exit, _ in exit.text(.acComm) },
            WatchColumn("USER", .left, 8, cuts: true, rank: 4, fields: [.acUid]) { exit, names in
                exit[.acUid].map { names.user(UInt32(truncatingIfNeeded: $0)) }
            },
            WatchColumn("EXIT", .left, 8, marksFailure: true) { exit, _ in exit.record.exit.map(ExitText.cell) },
            milliseconds("ELAPSED ms", 10, rank: 2, fields: [.acEtime, .acTgetime], \.elapsedNanoseconds),
            WatchColumn("RUN ms", .right, 9, rank: 5, fields: TaskRecord.cpuTimeFields) { exit, _ in
                exit.cpuTime.map(CPUTimeText.milliseconds)
            },
            milliseconds("CPUWAIT ms", 10, rank: 6, fields: [.cpuDelayTotal]) { $0[.cpuDelayTotal] },
            milliseconds("BLKIO ms", 8, rank: 7, fields: [.blkioDelayTotal]) { $0[.blkioDelayTotal] },
            milliseconds("MEM ms", 8, rank: 9, fields: memoryDelays) { $0.sum(memoryDelays) },
        ]
    }

    /// Returns the usual columns that fit, without the most dispensable ones; all if there is no width.
    static func fitting(_ width: Int?, times: TimeFormat = .screen) -> [WatchColumn] { usual(times).fitting(width) }
}
