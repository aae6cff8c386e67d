/// A check that the kernel was built with an option that statistics depend on.
struct KernelOptionCheck: Check {
    /// An option, and the effect of its absence.
    struct Option: Equatable {
        let name: String
        /// The effect of its absence.
        let without: String
        /// Whether nothing works without it.
        var isVital = false
    }

    static let options = [
        Option(name: "TASKSTATS", without: "the kernel has no task statistics at all", isVital: true),
        Option(name: "TASK_DELAY_ACCT", without: "only waits for a CPU are counted"),
        Option(name: "TASK_XACCT", without: "memory and I/O read 0: hiwater_*, coremem, read_char, ..."),
        Option(name: "TASK_IO_ACCOUNTING", without: "read_bytes, write_bytes and cancelled_write_bytes read 0"),
        Option(name: "IRQ_TIME_ACCOUNTING", without: "irq_count and irq_delay_* read 0"),
        Option(name: "PSI", without: "top cannot show the pressure of the system"),
    ]

    let option: Option
    /// Whether the kernel's configuration has it; nil if the configuration cannot be read.
    let configured: Bool?
    /// The file with the configuration.
    let source: String?
    /// Evidence that the kernel has it, independent of the configuration: for example a file that only this option
    /// creates.
    let evidence: String?

    var finding: Finding {
        let name = option.name
        if let evidence { return .ok(name, "on: \(evidence)") }
        guard let configured, let source else {
            return .unknown(name, "cannot read /proc/config.gz or /boot/config-*")
        }
        if configured { return .ok(name, "on: \(source)") }
        let text = "off (\(source)): \(option.without)"
        let fix = "boot a kernel with CONFIG_\(name)=y"
        return option.isVital ? .failed(name, text, fix: fix) : .warning(name, text, fix: fix)
    }
}

/// The configuration that a kernel was built with.
struct KernelConfiguration: Equatable {
    /// The file that it was read from.
    let source: String
    private let on: Set<String>

    /// Parses lines like "CONFIG_PSI=y"; returns nil if there are none.
    init?(source: String, text: String) {
        let prefix = "CONFIG_"
        let lines = text.split(separator: "\n").filter { $0.hasPrefix(prefix) }
        guard !lines.isEmpty else { return nil }
        self.source = source
        on = Set(lines.filter { $0.hasSuffix("=y") || $0.hasSuffix("=m") }.map { String($0.dropFirst(7).dropLast(2)) })
    }

    /// Returns whether an option is built in, or a module.
    func has(_ option: String) -> Bool { on.contains(option) }
}
