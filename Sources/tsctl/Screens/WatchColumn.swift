import TaskstatsClient

/// A column of `watch`: what it shows of an exit and which members that takes.
struct WatchColumn: DispensableColumn {
    let column: Column
    let fields: FieldSet
    /// How dispensable it is on a narrow terminal; 0: never left out.
    var rank = 0
    var marksFailure = false
    let text: (ShownExit, inout AccountNames) -> String?

    /// A column of one member.
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

    /// When, where and who: before whatever else is shown.
    static var leading: [WatchColumn] {
        [
            WatchColumn("TIME", .left, 12) { exit, _ in
                exit.record.time == 0 ? nil : LocalClock.timeOfDay(nanoseconds: exit.record.time)
            },
            WatchColumn("CPU", .right, 3) { exit, _ in
                // What getdelays wrote tells neither.
                exit.record.cpu < 0 ? nil : "\(exit.record.cpu)"
            },
            WatchColumn("PID", .right, 7) { exit, _ in exit.record.pid == 0 ? nil : "\(exit.record.pid)" },
        ]
    }

    /// The waits for memory of any kind.
    static let memoryDelays: FieldSet = [
        .swapinDelayTotal, .freepagesDelayTotal, .thrashingDelayTotal, .compactDelayTotal, .wpcopyDelayTotal,
    ]

    private static var usual: [WatchColumn] {
        leading + [
            WatchColumn("TGID", .right, 7, rank: 4) { exit, _ in exit.record.tgid.map { "\($0)" } },
            WatchColumn("COMMAND", .left, 15, cuts: true, fields: [.acComm]) { exit, _ in exit.text(.acComm) },
            WatchColumn("USER", .left, 8, cuts: true, fields: [.acUid]) { exit, names in
                exit[.acUid].map { names.user(UInt32(truncatingIfNeeded: $0)) }
            },
            WatchColumn("EXIT", .left, 8, marksFailure: true) { exit, _ in exit.record.exit.map(ExitText.cell) },
            milliseconds("ELAPSED ms", 10, fields: [.acEtime, .acTgetime], \.elapsedNanoseconds),
            // What the scheduler measured: user and system time are only as fine as the kernel's tick.
            milliseconds("CPU ms", 9, rank: 1, fields: [.cpuRunVirtualTotal]) { $0[.cpuRunVirtualTotal] },
            milliseconds("WAIT ms", 8, rank: 2, fields: [.cpuDelayTotal]) { $0[.cpuDelayTotal] },
            milliseconds("BLKIO ms", 8, rank: 3, fields: [.blkioDelayTotal]) { $0[.blkioDelayTotal] },
            milliseconds("MEM ms", 8, rank: 5, fields: memoryDelays) { $0.sum(memoryDelays) },
        ]
    }

    /// The usual columns that fit, the most dispensable left out first; all of them where there is no width.
    static func fitting(_ width: Int?) -> [WatchColumn] { usual.fitting(width) }
}
