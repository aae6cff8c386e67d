import TaskstatsClient

/// Which exits of a recording are wanted: what the daemon decides for those that happen, decided afterwards.
struct RecordedExits {
    private let cpus: CPUSet?
    private let scope: RecordScope?
    private let filter: RecordFilter
    private let exit: RecordFilter.Exit?
    /// Records that were passed over because nothing says whether a process ended with them.
    private(set) var undecided: UInt64 = 0

    /// All but those that a condition excludes; a recording of what ended on no known CPU has no `cpus`.
    init(cpus: CPUSet?, scope: RecordScope?, filter: RecordFilter) {
        self.cpus = cpus
        self.scope = scope
        // How a task ended stands beside its members, which may lack it.
        exit = filter.exit
        var filter = filter
        filter.exit = nil
        self.filter = filter
    }

    /// The members that the conditions ask about.
    static func members(of filter: RecordFilter) -> FieldSet {
        var fields = FieldSet()
        if filter.uids != nil { fields.insert(.acUid) }
        if filter.gids != nil { fields.insert(.acGid) }
        if filter.ppids != nil { fields.insert(.acPpid) }
        if filter.command != nil { fields.insert(.acComm) }
        if filter.minElapsedMicroseconds != nil { fields.insert(.acEtime) }
        return fields
    }

    /// Whether an exit is wanted.
    mutating func want(_ record: borrowing ExitRecord) -> Bool {
        if let cpus, !cpus.contains(record.cpu) { return false }
        if scope == .process {
            guard let isLast = record.isLast else {
                undecided += 1
                return false
            }
            if !isLast { return false }
        }
        if let exit {
            guard let status = record.exit, exit.matches(status) else { return false }
        }
        return filter.matches(record.task)
    }

    /// Whether a loss may have been of wanted records.
    func want(_ loss: LostRecords) -> Bool {
        if let cpus, case .kernel(let cpu) = loss.place { return cpus.contains(cpu) }
        return true
    }
}
