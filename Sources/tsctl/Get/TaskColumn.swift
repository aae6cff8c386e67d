import CommandSupport
import Taskstats

/// A column of the tables of `get`: its content, its sort key and its fields.
struct TaskColumn: DispensableColumn {
    /// A sort key: numbers from the largest, texts and ids from the smallest.
    enum SortKey {
        case number((TaskRow) -> UInt64?)
        case ascending((TaskRow) -> UInt64?)
        case text((TaskRow) -> String?)
    }

    /// The name for `--sort`.
    let name: String
    let column: Column
    let fields: FieldSet
    /// The removal order on a narrow terminal, highest first; 0: never removed.
    let rank: Int
    let sortKey: SortKey
    let text: (TaskRow, inout AccountNames) -> String?

    private init(
        _ name: String, _ title: String, _ alignment: Column.Alignment, _ width: Int, cuts: Bool = false, rank: Int = 0,
        fields: FieldSet, sort: SortKey, _ text: @escaping (TaskRow, inout AccountNames) -> String?
    ) {
        self.name = name
        column = Column(title: title, alignment: alignment, width: width, cuts: cuts)
        self.fields = fields
        self.rank = rank
        sortKey = sort
        self.text = text
    }

    /// Creates a column of one field.
    init(field: Field, times: TimeFormat = .screen) {
        let isText = field.kind == .command
        let width = isText ? 15 : field.unit == .count ? 8 : 12
        self.init(
            field.name, field.name, isText ? .left : .right, max(width, field.name.utf8.count), fields: [field],
            sort: isText ? .text { $0.text(field) } : .number { $0[field] }
        ) { row, _ in row.text(field, times) }
    }

    private static func milliseconds(_ name: String, _ field: Field, _ title: String, rank: Int) -> TaskColumn {
        TaskColumn(
            name, title, .right, max(9, title.utf8.count), rank: rank, fields: [field], sort: .number { $0[field] }
        ) {
            row, _ in row[field].map { DecimalText.shortMilliseconds(nanoseconds: $0) }
        }
    }

    private static func storage(_ name: String, _ field: Field, _ title: String, rank: Int) -> TaskColumn {
        TaskColumn(name, title, .right, 10, rank: rank, fields: [field], sort: .number { $0[field] }) { row, _ in
            row[field].map { IOCountText.cell($0, of: field) + (row.lacksThreads(in: field) ? "+" : "") }
        }
    }

    private static func bytes(_ name: String, _ field: Field, _ title: String, rank: Int) -> TaskColumn {
        TaskColumn(name, title, .right, 10, rank: rank, fields: [field], sort: .number { $0[field] }) { row, _ in
            row.text(field)
        }
    }

    static var id: TaskColumn {
        TaskColumn("pid", "PID", .right, 7, fields: [], sort: .ascending { UInt64($0.id) }) { row, _ in "\(row.id)" }
    }

    static var command: TaskColumn {
        TaskColumn("command", "COMMAND", .left, 15, fields: [.acComm], sort: .text { $0.text(.acComm) }) { row, _ in
            row.key.kind == .total ? "(all threads)" : row.text(.acComm)
        }
    }

    private static var user: TaskColumn {
        TaskColumn(
            "user", "USER", .left, 8, cuts: true, rank: 3, fields: [.acUid], sort: .ascending { $0[.acUid] }
        ) { row, names in row[.acUid].map { names.user(UInt32(truncatingIfNeeded: $0)) } }
    }

    /// The name of the column of the time on a CPU.
    static let runName = "run"

    /// Returns the column with the time on a CPU: as counted in an interval, or as the bounds of the total.
    private static func run(tick: Duration?) -> TaskColumn {
        TaskColumn(
            runName, "RUN ms", .right, 9, fields: TaskRecord.cpuTimeFields, sort: .number { $0[.cpuRunVirtualTotal] }
        ) { row, _ in
            if let tick, let time = row.cpuTime(tick: tick) { return CPUTimeText.milliseconds(time) }
            guard let time = row[.cpuRunVirtualTotal] else { return nil }
            return DecimalText.shortMilliseconds(nanoseconds: time) + (tick == nil ? "" : "+")
        }
    }

    /// The names of the columns.
    static var names: [String] { usual(tick: nil).map(\.name) }

    /// Returns the columns without `--fields`, in order; with a tick, run times have bounds.
    static func usual(tick: Duration?) -> [TaskColumn] {
        [
            id, user,
            run(tick: tick),
            milliseconds("cpuwait", .cpuDelayTotal, "CPUWAIT ms", rank: 0),
            milliseconds("blkio", .blkioDelayTotal, "BLKIO ms", rank: 1),
            milliseconds("swap", .swapinDelayTotal, "SWAP ms", rank: 4),
            milliseconds("reclaim", .freepagesDelayTotal, "RECLAIM ms", rank: 2),
            milliseconds("thrash", .thrashingDelayTotal, "THRASH ms", rank: 5),
            milliseconds("compact", .compactDelayTotal, "COMPACT ms", rank: 8),
            milliseconds("cow", .wpcopyDelayTotal, "COW ms", rank: 7),
            milliseconds("irq", .irqDelayTotal, "IRQ ms", rank: 6),
            bytes("peak", .hiwaterRss, "PEAK", rank: 9),
            storage("read", .readBytes, "READ", rank: 10),
            storage("written", .writeBytes, "WRITTEN", rank: 11),
            command,
        ]
    }

    /// Returns the usual columns that fit, without the most dispensable ones; all if there is no width.
    static func fitting(_ width: Int?, tick: Duration? = nil) -> [TaskColumn] { usual(tick: tick).fitting(width) }

    /// Returns the column of that name, or of the field of that name.
    static func named(_ name: String) -> TaskColumn? {
        usual(tick: nil).first { $0.name == name } ?? Field(name: name).map { TaskColumn(field: $0) }
    }
}
