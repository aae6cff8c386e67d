/// Whether the kernel was built with an option that statistics come from.
struct KernelOptionCheck: Check {
    /// An option, and what is missing without it.
    struct Option: Equatable {
        let name: String
        /// What is so without it.
        let without: String
        /// Without it nothing works.
        var isVital = false
    }

    static let options = [
        Option(name: "TASKSTATS", without: "the kernel has no task statistics at all", isVital: true),
        Option(name: "TASK_DELAY_ACCT", without: "every delay but the one for the CPU reads 0"),
        Option(name: "TASK_XACCT", without: "memory and I/O read 0: hiwater_*, coremem, read_char, ..."),
        Option(name: "TASK_IO_ACCOUNTING", without: "read_bytes, write_bytes and cancelled_write_bytes read 0"),
        Option(name: "IRQ_TIME_ACCOUNTING", without: "irq_count and irq_delay_* read 0"),
        Option(name: "PSI", without: "there is no pressure of the whole system to show"),
    ]

    let option: Option
    /// What the kernel's configuration says; nil when it cannot be read.
    let configured: Bool?
    /// Where that was read.
    let source: String?
    /// What shows that the kernel has it, whatever can be read: a file that only it makes, say.
    let evidence: String?

    var finding: Finding {
        let name = option.name
        if let evidence { return .ok(name, "on: \(evidence)") }
        guard let configured, let source else {
            return .unknown(name, "cannot tell: neither /proc/config.gz nor /boot/config-* can be read")
        }
        if configured { return .ok(name, "on: \(source)") }
        let text = "off (\(source)): \(option.without)"
        let mend = "boot a kernel with CONFIG_\(name)=y"
        return option.isVital ? .failed(name, text, mend: mend) : .warning(name, text, mend: mend)
    }
}

/// What a kernel was built with.
struct KernelConfiguration: Equatable {
    /// The file that says so.
    let source: String
    private let on: Set<String>

    /// Reads lines like "CONFIG_PSI=y"; nil when there is none of that kind.
    init?(source: String, text: String) {
        let prefix = "CONFIG_"
        let lines = text.split(separator: "\n").filter { $0.hasPrefix(prefix) }
        guard !lines.isEmpty else { return nil }
        self.source = source
        on = Set(lines.filter { $0.hasSuffix("=y") || $0.hasSuffix("=m") }.map { String($0.dropFirst(7).dropLast(2)) })
    }

    /// Whether an option is built in, or a module.
    func has(_ option: String) -> Bool { on.contains(option) }
}
