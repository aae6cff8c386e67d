import Taskstats
import TaskstatsProtocol

/// A recording in memory, as the history of a daemon: its records, starts and losses in order, each with an index.
///
/// Every connection plays it by itself, so nothing in it changes. The time of the last record is the present.
struct ServedRecording {
    /// A record, a start or a loss, up to which every record has an index of at most `index`.
    struct Entry {
        enum Content {
            case exit(ExitRecord)
            case start(ProcessStart)
            case lost(LostRecords)
        }

        var content: Content
        var index: UInt64

        /// The time of a record; nil for anything else, which happened before the next record.
        var time: UInt64? {
            if case .exit(let record) = content { record.time } else { nil }
        }

        /// The time at which it is played; nil for a loss, which is played before the next record.
        var playingTime: UInt64? {
            switch content {
            case .exit(let record): record.time
            case .start(let start): start.time
            case .lost: nil
            }
        }
    }

    /// The description of the recording.
    let header: RecordingHeader
    private(set) var entries: [Entry] = []
    /// The number of records.
    private(set) var exits = 0
    private var tasks: [UInt32: Int] = [:]
    private var processes: [UInt32: Int] = [:]
    /// What was received and lost on each CPU.
    private(set) var counts: [Int: (received: UInt64, lost: UInt64)] = [:]
    /// How the origin of processes was learnt.
    private(set) var origin = DaemonStatus.Origin()

    init(header: RecordingHeader) { self.header = header }

    /// The index of the last record.
    var lastIndex: UInt64 { entries.last?.index ?? 0 }

    /// The time of the last record, or of the start without one.
    var end: UInt64 { entries.last { $0.time != nil }?.time ?? header.start }

    /// Appends a record; it keeps its index if that can follow the others.
    mutating func append(_ record: ExitRecord) {
        var record = record
        let index = max(record.index ?? 0, lastIndex + 1)
        record.index = index
        tasks[record.pid] = entries.count
        let process = record.tgid ?? record.pid
        if record.isLast ?? true { processes[process] = entries.count }
        entries.append(Entry(content: .exit(record), index: index))
        exits += 1
        counts[record.cpu, default: (0, 0)].received += 1
        origin.commands.count(record.origin?.sources.command)
        origin.executables.count(record.origin?.executable == nil ? nil : record.origin?.sources.command)
        origin.cgroups.count(record.origin?.sources.cgroup)
    }

    /// Appends a start, which has no index of its own.
    mutating func append(_ start: ProcessStart) {
        entries.append(Entry(content: .start(start), index: lastIndex))
        origin.starts += 1
    }

    /// Appends a loss; lost records take indexes too, as far as their number is known.
    mutating func append(_ loss: LostRecords) {
        let count: UInt64 =
            switch loss.place {
            case .kernel, .queue: loss.count ?? 0
            default: 0
            }
        let index = max(loss.index ?? 0, lastIndex + count)
        var loss = loss
        loss.index = index
        entries.append(Entry(content: .lost(loss), index: index))
        switch loss.place {
        case .kernel(let cpu): counts[cpu, default: (0, 0)].lost += loss.count ?? 0
        case .starts: origin.eventsLost += loss.count ?? 0
        default: break
        }
    }

    /// Returns the state of a history that keeps everything after an index.
    func history(after index: UInt64) -> DaemonStatus.History {
        let kept = entries[position(after: index)...]
        let size = MemoryLayout<Entry>.stride
        return DaemonStatus.History(
            limitBytes: entries.count * size, bytes: kept.count * size, records: kept.count { $0.time != nil },
            oldestIndex: index + 1, oldestTime: kept.lazy.compactMap(\.time).first)
    }

    /// Returns the index before an entry: everything up to it happened earlier.
    func index(before position: Int) -> UInt64 { position == 0 ? 0 : entries[position - 1].index }

    /// The index before that of the first record.
    var indexBeforeFirst: UInt64 { entries.first { $0.time != nil }.map { $0.index - min(1, $0.index) } ?? 0 }

    /// Returns the position of the first entry after an index.
    func position(after index: UInt64) -> Int { entries.partitionPoint { $0.index > index } }

    /// Returns the position of the first record at or after a time, with the losses before it.
    func position(at time: UInt64) -> Int {
        guard let record = entries.firstIndex(where: { ($0.time ?? 0) >= time }) else { return entries.count }
        return (entries[..<record].lastIndex { $0.time != nil } ?? -1) + 1
    }

    /// Returns the numbers of the next record of each CPU from a position on, before the losses in between.
    func nextSequences(from position: Int, of cpus: CPUSet) -> [Int: UInt64] {
        var lost: [Int: UInt64] = [:]
        var next: [Int: UInt64] = [:]
        for entry in entries[position...] {
            switch entry.content {
            case .exit(let record):
                guard next[record.cpu] == nil else { continue }
                next[record.cpu] = record.sequence - min(record.sequence, lost[record.cpu] ?? 0)
                if next.count == cpus.count { return next }
            case .lost(let loss):
                if case .kernel(let cpu) = loss.place, next[cpu] == nil { lost[cpu, default: 0] += loss.count ?? 0 }
            case .start: break
            }
        }
        for entry in entries[..<position].reversed() {
            if case .exit(let record) = entry.content, next[record.cpu] == nil {
                next[record.cpu] = record.sequence + 1
            }
        }
        return next
    }

    /// Returns the last record of a task, and the last one of a process, with which it ended.
    func record(of target: QueryTarget) -> ExitRecord? {
        let position: Int? =
            switch target {
            case .pid(let pid): tasks[pid]
            case .tgid(let tgid): processes[tgid]
            case .cgroup: nil
            }
        guard let position, case .exit(let record) = entries[position].content else { return nil }
        return record
    }
}
