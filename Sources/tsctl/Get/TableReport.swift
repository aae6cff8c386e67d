import Taskstats
import TaskstatsProtocol

/// The table of `get`, once or at intervals, as text, as CSV or as JSON.
struct TableReport: ~Copyable {
    /// The output format.
    enum Form {
        case table(TaskTable)
        case csv(TaskCSV)
        /// Lines of JSON with these fields.
        case json(FieldSet)
    }

    private let selection: TaskSample.Selection
    private let order: TaskTable.Order
    private var form: Form
    private let connection: TaskstatsConnection
    private let reconnector: Reconnector?
    private var output = StandardOutput()
    /// The tasks whose errors were reported.
    private var reported: Set<TaskRow.Key> = []

    /// The additional fields that identify a task.
    private static let identity: FieldSet = [.acEtime]

    init(
        selection: TaskSample.Selection, order: TaskTable.Order, form: Form, connection: TaskstatsConnection,
        reconnector: Reconnector?
    ) {
        self.selection = selection
        self.order = order
        self.form = form
        self.connection = connection
        self.reconnector = reconnector
    }

    private var fields: FieldSet {
        switch form {
        case .table(let table): table.fields
        case .csv(let csv): csv.fields
        case .json(let fields): fields
        }
    }

    private var heading: String? {
        switch form {
        case .table(let table): table.heading
        case .csv(let csv): csv.heading
        case .json: nil
        }
    }

    /// Whether the first tasks of processes are queried: where their names are shown, and in JSON for `--all`.
    private var wantsLeaders: Bool {
        if case .all = selection { return true }
        if case .json = form { return false }
        return true
    }

    /// Whether threads are queried: if a shown field or the sort column requires them.
    private var wantsThreads: Bool {
        var shown = order.column?.fields ?? []
        if case .json = form {} else { shown = shown.union(fields) }
        return wantsLeaders && !shown.intersection(ProcessThreads.fields.union([.cpuRunVirtualTotal])).isEmpty
    }

    /// Shows the counters so far; returns whether nothing was missing.
    mutating func showTotals() throws -> Bool {
        let sample = try sample(fields)
        if let heading { output.line(heading) }
        for row in order.arrange(sample.rows) { show(row) }
        DelayAccountingHint.printIfNeeded(connection.server, fields: fields)
        reportWithheld(sample)
        reportOmitted(sample)
        try output.flush()
        return reported.isEmpty
    }

    /// Shows the changes in each interval until the limit, or until no task is left; returns whether nothing was
    /// missing.
    mutating func follow(every interval: DurationArgument, count: Int?) throws -> Bool {
        let interruption = try Interruption.begin()
        if let heading { output.line(heading) }
        do {
            var before = try sample(fields.union(Self.identity), interruptedBy: interruption.descriptor)
            DelayAccountingHint.printIfNeeded(connection.server, fields: fields)
            reportWithheld(before)
            reportOmitted(before)
            var left = count ?? .max
            var timer = IntervalTimer(interval, from: before.begin)
            while left > 0, !before.rows.isEmpty {
                try output.flush(interruptedBy: interruption.descriptor)
                try timer.wait(interruptedBy: interruption.descriptor)
                let now = try nextSample(interruptedBy: interruption.descriptor)
                for row in order.arrange(now.differences(since: before)) { show(row, now, since: before) }
                (before, left) = (now, left - 1)
            }
            try output.flush(interruptedBy: interruption.descriptor)
        } catch StandardOutput.Stop.interrupted {
            if interruption.cause() == .signal {
                interruption.end()
                Console.endLineOfTerminal()
            }
        }
        return reported.isEmpty
    }

    /// Takes the sample at the end of an interval, and reconnects if needed: the kernel counts without the daemon.
    private mutating func nextSample(interruptedBy descriptor: Int32) throws -> TaskSample {
        while true {
            do {
                return try sample(fields.union(Self.identity), interruptedBy: descriptor)
            } catch let error as TaskstatsError {
                guard let reconnector else { throw error }
                let gap = try reconnector.gap(of: connection, after: error, interruptedBy: descriptor)
                if case .json = form { output.line(gap.json) } else { Console.print(gap.textOfIntervals) }
            }
        }
    }

    private mutating func sample(_ fields: FieldSet, interruptedBy descriptor: Int32 = -1) throws -> TaskSample {
        let sample = try TaskSample.take(
            selection, fields: fields.union(order.column?.fields ?? []), leaders: wantsLeaders, threads: wantsThreads,
            on: connection, interruptedBy: descriptor)
        for (key, problem) in sample.failures where reported.insert(key).inserted {
            Console.print("\(key.kind == .task ? "pid" : "tgid") \(key.id): \(problem)")
        }
        return sample
    }

    private func reportWithheld(_ sample: TaskSample) {
        guard sample.withheld > 0 else { return }
        Console.print(
            "\(sample.withheld) \(sample.withheld == 1 ? "process is" : "processes are") not shown: "
                + "their privileges are, or were, different from yours")
    }

    private func reportOmitted(_ sample: TaskSample) {
        if case .json = form { return }
        var omitted = OmittedWaits()
        for row in sample.rows { omitted.add(row.counters) }
        let isShown = !fields.intersection(WaitKind.delayAccountingFields).isEmpty
        if isShown { omitted.notes(("row", "rows")).forEach(Console.print) }
    }

    private mutating func show(_ row: TaskRow) {
        switch form {
        case .json: for text in row.texts { output.line(text) }
        case .csv(let csv): output.line(csv.row(row, at: 0, intervalMicroseconds: 0))
        case .table(var table):
            output.line(table.row(row, at: 0))
            form = .table(table)
        }
    }

    private mutating func show(_ row: TaskRow, _ now: TaskSample, since before: TaskSample) {
        switch form {
        case .json: showJSON(row, now, since: before)
        case .csv(let csv):
            output.line(csv.row(row, at: now.time, intervalMicroseconds: now.begin - before.begin))
        case .table(var table):
            output.line(table.row(row, at: now.time))
            form = .table(table)
        }
    }

    private mutating func showJSON(_ row: TaskRow, _ now: TaskSample, since before: TaskSample) {
        for record in [row.leader, row.counters].compactMap({ $0 }) {
            var writer = JSONWriter(capacity: 4_096)
            writer.object { writer in
                writer.field(record.kind == .task ? "pid" : "tgid", row.id)
                writer.field("time", now.time)
                writer.field("interval_us", now.begin - before.begin)
                writer.key("stats")
                let wanted = fields
                writer.value { RecordEncoder.appendStats(record, fields: wanted, to: &$0) }
            }
            output.line(writer.finish().array)
        }
    }

}

extension TaskSample {
    /// Returns the changes of each task since an earlier sample; tasks that are not in it must have started later.
    func differences(since before: TaskSample) -> [TaskRow] {
        let earlier = Dictionary(before.rows.map { ($0.key, $0) }) { first, _ in first }
        let elapsed = (begin > before.end ? begin - before.end : 0)...(end - before.begin)
        return rows.compactMap { $0.change(since: earlier[$0.key], elapsed: elapsed) }
    }
}
