/// The help of top.
enum TopHelp {
    /// Its lines; those that begin with a blank stand under the one before that does not.
    static var lines: [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    private static let text = """
        Columns, in percent of one thread's time: 100 is one thread, all the time
          RUN      on a CPU                          RECLAIM  freeing memory for itself
          ALL      all waits together                THRASH   pages that were thrown out too early
          CPU      able to run, no CPU free          COMPACT  moving memory for large pages
          BLKIO    disks and other storage           COW      copying pages written to
          SWAP     pages to come back from swap      IRQ      interrupted (some kernels count it)
          Waits can lie within others: reclaim that waits for a disk counts as both.

        Keys
          < >, arrows  sort by the column beside it  r        the other way round
          A R C B S M T O W I  sort by ALL, RUN, CPU, BLKIO, SWAP, RECLAIM, THRASH, COMPACT, COW, IRQ
          P U N        sort by PID, USER, COMMAND    i e      without idle, without ended ones
          /            filter: part of a command, beginning of a user, or a pid; Esc: none
          up down pages  scroll                      t        threads or processes
          + -          longer, shorter interval      space    look now
          p            pause                         q        quit

        Ended ones are shown for the interval in which they ended, with what they did in it.
        Press any key to go back.
        """
}
