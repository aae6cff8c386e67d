import TaskstatsModel

/// Which program a task runs, by the file of it; struct versions that do not tell (below 12) make all alike.
///
/// A set-id program is another file than one that is not, whatever its name.
struct RunningProgram: Equatable {
    private let inode: UInt64?
    private let device: UInt64?

    init(_ record: borrowing TaskRecord) {
        inode = record[.acExeInode]
        device = record[.acExeDev]
    }
}
