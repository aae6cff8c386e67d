/// A column of top.
enum TopColumn: String, CaseIterable, DispensableColumn {
    case pid, ppid, user, run, all, cpuwait, blkio, swap, reclaim, thrash, compact, cow, irq, read, write, end, command

    /// Returns the number that the column sorts by, from the largest: a time, for ranges the upper bound, or bytes; nil
    /// for other columns.
    func amount(in row: TopRow) -> UInt64? {
        switch self {
        case .read: row.traffic?.read
        case .write: row.traffic?.written
        default: row.spent.flatMap(nanoseconds)
        }
    }

    /// Returns the time that the column shows; nil for other columns.
    func nanoseconds(_ spent: TimeSpent) -> UInt64? {
        switch self {
        case .pid, .ppid, .user, .read, .write, .end, .command: nil
        case .all: spent.waited
        case .run: spent.cpuTime?.upperNanoseconds
        case .cpuwait: spent[.cpu]
        case .blkio: spent[.blockIO]
        case .swap: spent[.swapIn]
        case .reclaim: spent[.reclaim]
        case .thrash: spent[.thrashing]
        case .compact: spent[.compaction]
        case .cow: spent[.copyOnWrite]
        case .irq: spent[.irq]
        }
    }

    /// The title and shape.
    var column: Column {
        switch self {
        case .pid, .ppid: Column(title: rawValue.uppercased(), alignment: .right, width: 7)
        case .user: Column(title: "USER", alignment: .left, width: 8, cuts: true)
        case .end: Column(title: "E", alignment: .left, width: 1)
        case .command: Column(title: "COMMAND", alignment: .left, width: 15)
        case .run: Column(title: "RUN", alignment: .right, width: 9)
        default: Column(title: rawValue.uppercased(), alignment: .right, width: max(6, rawValue.utf8.count))
        }
    }

    /// The removal order on a narrow screen, highest first; 0: never removed.
    var rank: Int {
        switch self {
        case .pid, .run, .all, .cpuwait, .blkio, .end, .command: 0
        case .read, .write: 1
        case .user: 2
        case .reclaim: 3
        case .swap: 4
        case .thrash: 5
        case .irq: 6
        case .cow: 7
        case .compact: 8
        case .ppid: 9
        }
    }

    /// Returns the columns that fit into a width; the column that rows are sorted by stays.
    static func fitting(_ width: Int?, keeping sorted: TopColumn) -> [TopColumn] {
        allCases.fitting(width) { $0 == sorted }
    }
}

/// The help that the key h shows.
enum TopHelp {
    /// The lines of the help; indented ones belong to the heading above.
    static var lines: [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    private static let text = """
        Columns, in percent of one thread's time: 100 is one thread, all the time
          RUN      on a CPU                   RECLAIM  freeing memory
          ALL      all waits together         THRASH   pages evicted too early
          CPUWAIT  runnable, no CPU free      COMPACT  moving memory for large pages
          BLKIO    disks and other storage    COW      copying of written pages
          SWAP     pages read from swap       IRQ      interrupted, where counted
          READ     bytes from storage, WRITE to it, per second; +: some are missing
          E        e: ended in the interval, F: failed; similar ones share a row
        RUN 0.1–77.3: the records of ended tasks lack up to one tick each.
        Pressure: some thread was stalled; full: all threads with work were.

        Keys
          < > arrows   sort by the next column    r   reverse the order
          A R C B S M T O W I D E   sort by ALL RUN CPUWAIT BLKIO SWAP RECLAIM THRASH
                       COMPACT COW IRQ READ WRITE    F P U N   by PPID PID USER COMMAND
          /            filter: part of a command, start of a user name, or a pid
          i e          hide idle ones, hide ended ones
          t            threads or processes       p   pause
          + -          longer, shorter interval   space   sample now
          up down pages Home   scroll             Esc no filter   q   quit
        Press any key to return.
        """
}
