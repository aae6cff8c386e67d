import TaskstatsModel

/// Remembers the implausible waits of ended threads, which are part of the sums of their process.
///
/// A sum can be plausible although a part of it is not. So a kind of wait that was implausible for one thread is set
/// aside in the sums as well. Threads whose record was lost, or that ended on an unregistered CPU, are unknown.
struct ImplausibleThreads {
    private struct Waits {
        /// The fields of the implausible kinds.
        var fields: FieldSet
        /// When the first such thread ended, in nanoseconds since 1970.
        let time: UInt64
    }

    private var waits: [UInt32: Waits] = [:]

    /// The maximum number of remembered processes.
    static let limit = 4_096

    /// Sets aside the sums of a record that contain implausible waits.
    @inline(__always)
    mutating func complete(_ record: inout ExitRecord) {
        if record.task.implausible.isEmpty && waits.isEmpty { return }
        update(&record)
    }

    @inline(never)
    private mutating func update(_ record: inout ExitRecord) {
        guard let tgid = record.tgid, let isLast = record.isLast else { return }
        guard isLast else { return remember(record.task, of: tgid, at: record.time) }
        guard let waits = waits.removeValue(forKey: tgid), record.process != nil,
            let age = record.task[.acTgetime]
        else { return }
        // A thread that ended before the process began belongs to another process, whose end was not seen.
        guard age > record.time / 1_000 || waits.time >= record.time - age * 1_000 else { return }
        record.process?.setAside(waits.fields)
    }

    private mutating func remember(_ task: borrowing TaskRecord, of tgid: UInt32, at time: UInt64) {
        let fields = task.implausibleWaits.reduce(FieldSet()) { $0.union($1.fields) }
        guard !fields.isEmpty else { return }
        // Processes whose end is never seen must not fill it forever.
        if waits.count >= Self.limit { waits.removeAll() }
        let known = waits[tgid]
        waits[tgid] = Waits(fields: known?.fields.union(fields) ?? fields, time: known?.time ?? time)
    }
}
