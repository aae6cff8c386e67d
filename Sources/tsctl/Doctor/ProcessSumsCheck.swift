import Taskstats

/// A check that the kernel includes ended threads in the sums of their process.
struct ProcessSumsCheck: Check {
    /// The handshake; nil if no daemon answered.
    let server: ServerInfo?

    var finding: Finding {
        switch server?.processSumsAreComplete {
        case true: .ok(Self.name, "the kernel includes ended threads in the sums of their process")
        case false:
            .warning(
                Self.name,
                "kernel fault: sums lack ended threads; ac_etime, ac_utime, ac_stime, nvcsw and nivcsw of processes "
                    + "are omitted",
                fix: "boot a kernel with the commit \"taskstats: retain dead thread stats in TGID queries\" (2026)")
        case nil: .unknown(Self.name, server == nil ? "no daemon answers" : "the daemon could not determine it")
        }
    }

    private static let name = "process sums"
}
