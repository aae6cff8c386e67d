import Glibc
import TaskstatsClient
import TaskstatsProtocol

/// The table of `get`, once or at intervals, as text or as JSON.
struct TableReport: ~Copyable {
    private let selection: TaskLook.Selection
    private let order: TaskTable.Order
    private var table: TaskTable?
    private let fields: FieldSet
    private let connection: TaskstatsConnection
    private var output = StandardOutput()
    private var told: Set<TaskRow.Key> = []

    /// What is asked for besides what is shown, to know who is who.
    private static let identity: FieldSet = [.acEtime]

    init(
        selection: TaskLook.Selection, order: TaskTable.Order, table: TaskTable?, fields: FieldSet,
        connection: TaskstatsConnection
    ) {
        self.selection = selection
        self.order = order
        self.table = table
        self.fields = fields
        self.connection = connection
    }

    /// The first tasks of processes are asked for where their names are shown, and in JSON where nobody named the process.
    private var wantsLeaders: Bool {
        if case .all = selection { return true }
        return table != nil
    }

    /// Shows what was counted so far; whether nothing was missing.
    mutating func showTotals() throws -> Bool {
        let look = try look(asking: fields)
        if let table { output.line(table.heading) }
        for row in order.arrange(look.rows) { show(row) }
        DelayAccountingHint.sayIfNeeded(connection.server, fields: fields)
        tellWithheld(look)
        try output.flush()
        return told.isEmpty
    }

    /// Shows what is counted in each interval, until there is enough, or nothing left to look at; whether nothing was
    /// missing.
    mutating func follow(every interval: Interval, count: Int?) throws -> Bool {
        let interruption = try Interruption.begin()
        if let table { output.line(table.heading) }
        var before = try look(asking: fields.union(Self.identity))
        DelayAccountingHint.sayIfNeeded(connection.server, fields: fields)
        tellWithheld(before)
        var left = count ?? .max
        var next = before.begin
        do {
            while left > 0, !before.rows.isEmpty {
                try output.flush(interruptedBy: interruption.descriptor)
                next += UInt64(interval.milliseconds) * 1_000
                guard Self.wait(until: next, interruptedBy: interruption.descriptor) else {
                    throw StandardOutput.Stop.interrupted
                }
                let now = try look(asking: fields.union(Self.identity))
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
        return told.isEmpty
    }

    private mutating func look(asking fields: FieldSet) throws -> TaskLook {
        let look = try TaskLook.take(
            selection, fields: fields.union(order.column?.fields ?? []), leaders: wantsLeaders, on: connection)
        for (key, problem) in look.troubles where told.insert(key).inserted {
            Console.say("\(key.kind == .task ? "pid" : "tgid") \(key.id): \(problem)")
        }
        return look
    }

    private func tellWithheld(_ look: TaskLook) {
        guard look.withheld > 0 else { return }
        Console.say(
            "\(look.withheld) \(look.withheld == 1 ? "process is" : "processes are") not shown: "
                + "they have, or had, other privileges than you")
    }

    private mutating func show(_ row: TaskRow) {
        for text in row.texts where table == nil { output.line(text) }
        if let line = table?.row(row, at: 0) { output.line(line) }
    }

    private mutating func show(_ row: TaskRow, _ now: TaskLook, since before: TaskLook) {
        if let line = table?.row(row, at: now.time) { return output.line(line) }
        for record in [row.leader, row.counters].compactMap({ $0 }) {
            var writer = JSONWriter(capacity: 4_096)
            writer.object { writer in
                writer.member(record.kind == .task ? "pid" : "tgid", row.id)
                writer.member("time", now.time)
                writer.member("interval_us", now.begin - before.begin)
                writer.key("stats")
                let wanted = fields
                writer.value { RecordEncoder.appendStats(record, fields: wanted, to: &$0) }
            }
            output.line(writer.finish().array)
        }
    }

    /// Whether that moment came before an interruption.
    private static func wait(until moment: UInt64, interruptedBy descriptor: Int32) -> Bool {
        var interruption = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        while true {
            let now = Moment.monotonicMicroseconds
            let rest = moment > now ? (moment - now + 999) / 1_000 : 0
            if unsafe poll(&interruption, 1, Int32(clamping: rest)) > 0 { return false }
            if rest == 0 { return true }
        }
    }
}

extension TaskLook {
    /// What each task has counted since an earlier look, if it was there then or has begun since.
    func differences(since before: TaskLook) -> [TaskRow] {
        let earlier = Dictionary(before.rows.map { ($0.key, $0) }) { first, _ in first }
        let least = begin > before.end ? begin - before.end : 0
        return rows.compactMap { row in
            guard let age = row.ageMicroseconds else { return nil }
            if let known = earlier[row.key], let earlierAge = known.ageMicroseconds,
                Continuity.isSame(age: age, earlier: earlierAge, elapsedAtLeast: least)
            {
                return row.since(known)
            }
            return Continuity.isNew(age: age, elapsedAtMost: end - before.begin) ? row.since(nil) : nil
        }
    }
}
