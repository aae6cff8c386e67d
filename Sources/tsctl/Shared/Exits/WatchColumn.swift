import CommandSupport
import Taskstats

/// A column of `watch`: its content and its fields.
struct WatchColumn: DispensableColumn {
    let column: Column
    let fields: FieldSet
    /// The removal order on a narrow terminal, highest first; 0: never removed.
    var rank = 0
    /// Whether its cell is highlighted for a failure or a start.
    var isMarked = false
    let text: (ShownExit, inout AccountNames) -> String?
    /// The text for the start of a program; nil for a column that is empty then.
    let start: StartText?

    typealias StartText = (ProcessStart, inout AccountNames) -> String?

    /// The columns beyond those of every table.
    struct Additions: OptionSet {
        let rawValue: Int

        /// The systemd unit and the command line.
        static let origin = Additions(rawValue: 1)
        /// The starts of programs, with the columns that they need.
        static let starts = Additions(rawValue: 2)
    }

    /// Creates a column of one field.
    init(field: Field) {
        let alignment: Column.Alignment = field.kind == .command ? .left : .right
        let width = field.kind == .command ? 15 : field.unit == .count ? 8 : 12
        column = Column(title: field.name, alignment: alignment, width: max(width, field.name.utf8.count))
        fields = [field]
        text = { exit, _ in exit.text(field) }
        start = nil
    }

    private init(
        _ title: String, _ alignment: Column.Alignment, _ width: Int, cuts: Bool = false, rank: Int = 0,
        isMarked: Bool = false, fields: FieldSet = [], start: StartText? = nil,
        _ text: @escaping (ShownExit, inout AccountNames) -> String?
    ) {
        column = Column(title: title, alignment: alignment, width: width, cuts: cuts)
        self.fields = fields
        self.rank = rank
        self.isMarked = isMarked
        self.start = start
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
    private static func leading(_ times: TimeFormat) -> [WatchColumn] {
        [
            WatchColumn(
                "TIME", .left, times.millisecondsWidth, rank: 1,
                start: { start, _ in start.time == 0 ? nil : times.milliseconds(nanoseconds: start.time) },
                { exit, _ in exit.record.time == 0 ? nil : times.milliseconds(nanoseconds: exit.record.time) }),
            WatchColumn(
                "CPU", .right, 3, rank: 4, start: { start, _ in "\(start.cpu)" },
                { exit, _ in exit.record.cpu == ExitRecord.unknownCPU ? nil : "\(exit.record.cpu)" }),
            WatchColumn(
                "PID", .right, 7, start: { start, _ in "\(start.pid)" },
                { exit, _ in exit.record.pid == 0 ? nil : "\(exit.record.pid)" }),
        ]
    }

    /// The exit status, in whose place a start has its mark.
    private static var exit: WatchColumn {
        WatchColumn(
            "EXIT", .left, 8, isMarked: true, start: { _, _ in "start" },
            { exit, _ in exit.record.exit.map(ExitText.cell) })
    }

    /// The parent process, which identifies the program that started another.
    private static var parent: WatchColumn {
        WatchColumn(
            "PPID", .right, 7, rank: 2, fields: [.acPpid], start: { start, _ in start.ppid.map { "\($0)" } },
            { exit, _ in exit.record.task[.acPpid].map { "\($0)" } })
    }

    /// Returns the column of the systemd unit, which is cut on a terminal.
    private static func unit(_ width: Int?) -> WatchColumn {
        WatchColumn(
            "UNIT", .left, 20, cuts: width != nil, start: { start, _ in OriginText.unit(start.origin) },
            { exit, _ in OriginText.unit(exit.record.origin) })
    }

    /// Returns the last column, which takes the remaining width of a terminal.
    private static func commandLine(_ width: Int?) -> WatchColumn {
        WatchColumn(
            "COMMAND LINE", .left, (width ?? 0) < wideTerminal ? 20 : 40, fields: [.acComm],
            start: { start, _ in OriginText.commandLine(start.origin, name: start.commandBytes) },
            { exit, _ in OriginText.commandLine(exit.record.origin, name: exit.record.task.commandBytes) })
    }

    private static let wideTerminal = 120

    /// The waits for memory of any kind.
    static let memoryDelays: FieldSet = [
        .swapinDelayTotal, .freepagesDelayTotal, .thrashingDelayTotal, .compactDelayTotal, .wpcopyDelayTotal,
    ]

    private static func usual(_ times: TimeFormat, _ additions: Additions, _ width: Int?) -> [WatchColumn] {
        let hasOrigin = additions.contains(.origin)
        return leading(times) + (additions.contains(.starts) ? [parent] : []) + [
            WatchColumn(
                "TGID", .right, 7, rank: 9, start: { start, _ in "\(start.pid)" },
                { exit, _ in exit.record.tgid.map { "\($0)" } }),
            WatchColumn(
                "COMMAND", .left, 15, cuts: true, rank: hasOrigin ? 9 : 0, fields: [.acComm],
                start: { start, _ in start.commandBytes.map { PrintableText.of(name: $0) } },
                { exit, _ in exit.text(.acComm) }),
            WatchColumn(
                "USER", .left, 8, cuts: true, rank: 5, fields: [.acUid],
                start: { start, names in start.uid.map { names.user($0) } },
                { exit, names in exit[.acUid].map { names.user(UInt32(truncatingIfNeeded: $0)) } }),
        ] + (hasOrigin ? [unit(width)] : []) + [
            exit,
            milliseconds("ELAPSED ms", 10, rank: 3, fields: [.acEtime, .acTgetime], \.elapsedNanoseconds),
            WatchColumn("RUN ms", .right, 9, rank: 6, fields: TaskRecord.cpuTimeFields) { exit, _ in
                exit.cpuTime.map(CPUTimeText.milliseconds)
            },
            milliseconds("CPUWAIT ms", 10, rank: 7, fields: [.cpuDelayTotal]) { $0[.cpuDelayTotal] },
            milliseconds("BLKIO ms", 8, rank: 8, fields: [.blkioDelayTotal]) { $0[.blkioDelayTotal] },
            milliseconds("MEM ms", 8, rank: 10, fields: memoryDelays) { $0.sum(memoryDelays) },
        ] + (hasOrigin ? [commandLine(width)] : [])
    }

    /// Returns the usual columns that fit, without the most dispensable ones; all if there is no width.
    static func fitting(_ width: Int?, _ additions: Additions = [], times: TimeFormat = .screen) -> [WatchColumn] {
        usual(times, additions, width).fitting(width)
    }

    /// Returns the columns of these fields, after those that identify a task.
    static func selected(
        _ fields: FieldSelection, _ additions: Additions, _ width: Int?, times: TimeFormat
    ) -> [WatchColumn] {
        leading(times) + (additions.contains(.starts) ? [parent, exit] : [])
            + fields.fields.map(WatchColumn.init(field:))
            + (additions.contains(.origin) ? [unit(width), commandLine(width)] : [])
    }
}
