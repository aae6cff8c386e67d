/// The help of top.
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
          E        e: ended in the interval, F: failed; similar ones share a row
        RUN 0.1–77.3: the records of ended tasks lack up to one tick each.
        Pressure: some thread was stalled; full: all threads with work were.

        Keys
          < > arrows   sort by the next column    r   reverse the order
          A R C B S M T O W I   sort by ALL RUN CPUWAIT BLKIO SWAP RECLAIM THRASH
                       COMPACT COW IRQ            P U N   by PID USER COMMAND
          /            filter: part of a command, start of a user name, or a pid
          i e          hide idle ones, hide ended ones
          t            threads or processes       p   pause
          + -          longer, shorter interval   space   sample now
          up down pages Home   scroll             Esc no filter   q   quit
        Press any key to return.
        """
}
