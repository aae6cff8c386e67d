import TaskstatsClient

/// Whether the kernel's struct taskstats is one that we know.
struct KernelCheck: Check {
    let release: String
    let server: ServerInfo?

    var finding: Finding {
        guard let server else {
            return .unknown(Self.name, "\(release); the version of struct taskstats is the daemon's to tell")
        }
        let text = "\(PrintableText.of(server.kernelRelease)), struct taskstats version \(server.taskstatsVersion)"
        let newest = Field.allCases.map { Int($0.firstVersion) }.max() ?? 0
        let firstWithProcessEnd = Int(Field.acTgid.firstVersion)
        if server.taskstatsVersion > newest {
            return .warning(
                Self.name, "\(text), newer than \(newest): what came after that is not shown",
                mend: "install a newer taskstatsd")
        }
        if server.taskstatsVersion < firstWithProcessEnd {
            return .warning(
                Self.name, "\(text): it does not say which record ends a process, so there is no --scope process",
                mend: "boot a kernel of 5.19 or later")
        }
        return .ok(Self.name, text)
    }

    private static let name = "kernel"
}

/// Whether the kernel counts delays at all now.
struct DelayAccountingCheck: Check {
    /// What kernel.task_delayacct says; nil when there is no such switch.
    let value: String?

    var finding: Finding {
        switch value {
        case nil:
            .unknown(
                Self.name, "there is no kernel.task_delayacct: before 5.14 it is on unless booted with nodelayacct")
        case "0":
            .warning(
                Self.name, "off: every delay but the one for the CPU reads 0 (to keep it on: /etc/sysctl.d)",
                mend: "sudo sysctl kernel.task_delayacct=1")
        case .some: .ok(Self.name, "on, for tasks that started after it was turned on")
        }
    }

    private static let name = "delay accounting"
}
