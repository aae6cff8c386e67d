import CommandSupport
import Taskstats

/// A check that tsctl knows the kernel's version of struct taskstats.
struct KernelCheck: Check {
    let release: String
    let server: ServerInfo?

    var finding: Finding {
        guard let server else {
            return .unknown(Self.name, "\(release); only the daemon knows the version of struct taskstats")
        }
        let text = "\(PrintableText.of(server.kernelRelease)), struct taskstats version \(server.taskstatsVersion)"
        let newest = Field.allCases.map { Int($0.firstVersion) }.max() ?? 0
        let firstWithProcessEnd = Int(Field.acTgid.firstVersion)
        if server.taskstatsVersion > newest {
            return .warning(
                Self.name, "\(text), newer than \(newest): later fields are not shown",
                fix: "install a newer taskstatsd")
        }
        if server.taskstatsVersion < firstWithProcessEnd {
            return .warning(
                Self.name, "\(text): no record marks the end of a process, so --scope process is not available",
                fix: "boot a kernel of 5.19 or later")
        }
        return .ok(Self.name, text)
    }

    private static let name = "kernel"
}

/// A check that delay accounting is on.
struct DelayAccountingCheck: Check {
    /// The value of kernel.task_delayacct; nil if it does not exist.
    let value: String?

    var finding: Finding {
        switch value {
        case nil:
            .unknown(
                Self.name, "no kernel.task_delayacct: before 5.14 it is on unless booted with nodelayacct")
        case "0":
            .warning(
                Self.name, "off: only waits for a CPU are counted (to keep it on: /etc/sysctl.d)",
                fix: "sudo sysctl kernel.task_delayacct=1")
        case .some: .ok(Self.name, "on, for tasks that started after it was turned on")
        }
    }

    private static let name = "delay accounting"
}

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
