/// The help of top.
enum TopHelp {
    /// Its lines; those that begin with a blank stand under the one before that does not.
    static var lines: [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    private static let text = """
        Columns, in percent of one thread's time: 100 is one thread, all the time
          RUN    on a CPU                     RECLAIM  freeing memory
          ALL    all waits together           THRASH   pages thrown out too early
          CPU    able to run, no CPU free     COMPACT  moving memory for large pages
          BLKIO  disks and other storage      COW      copying pages written to
          SWAP   pages to come from swap      IRQ      interrupted, where counted
          E      e: ended in the interval, F: failed; with what it did in it
        Waits can lie within others: reclaim that waits for a disk counts as both.
        Pressure: some thread was held up; full: all that had work were.

        Keys
          < > arrows   sort by the next column    r   the other way round
          A R C B S M T O W I   sort by ALL RUN CPU BLKIO SWAP RECLAIM THRASH
                       COMPACT COW IRQ            P U N   by PID USER COMMAND
          /            filter: part of a command, beginning of a user, or a pid
          i e          without idle ones, without ended ones
          t            threads or processes       p   pause
          + -          longer, shorter interval   space   look now
          up down pages Home   scroll             Esc no filter   q   quit
        Any key goes back.
        """
}
