import LinuxSystem
import TaskstatsClient

/// The daemon, what it takes this user for, and its counters.
struct StatusScreen {
    let server: ServerInfo
    let status: DaemonStatus
    let socket: String
    let style: Style

    var lines: [String] {
        var lines = Table.facts([
            ("daemon", "\(PrintableText.of(server.server)), protocol \(PrintableText.of(server.protocolVersion))"),
            ("socket", PrintableText.of(socket)),
            ("running for", status.daemon.map { DecimalText.period(microseconds: $0.uptime.microseconds) }),
            (
                "kernel",
                "\(PrintableText.of(server.kernelRelease)), struct taskstats version \(server.taskstatsVersion)"
            ),
            ("CPUs", "\(server.onlineCPUs) online, \(server.possibleCPUs) possible"),
            ("delay accounting", delayAccounting),
            ("you", you),
        ])
        guard let daemon = status.daemon else { return lines }
        lines += Table.facts([
            ("clients", "\(daemon.clients), \(daemon.subscribers) of them subscribed"),
            (
                "queues",
                "\(bytes(daemon.queuedBytes)) waiting, \(bytes(daemon.queueHighWater)) at most so far, "
                    + "\(bytes(server.queueBytes)) allowed for each client"
            ),
            ("registered CPUs", daemon.registeredCPUs.isEmpty ? "none" : PrintableText.of(daemon.registeredCPUs)),
        ])
        guard !daemon.cpus.isEmpty else { return lines }
        let table = Table.lines(daemon.cpus.map(cells), Self.columns)
        return lines + ["", style.heading(table[0])] + table.dropFirst()
    }

    private static let columns = ["CPU", "subscribers", "received", "lost", "receive buffer"].map {
        Column(title: $0, alignment: .right, width: 0)
    }

    private var delayAccounting: String {
        switch status.delayAccounting {
        case true?: "on"
        case false?: "off; turn it on with: sysctl kernel.task_delayacct=1"
        case nil: "not known"
        }
    }

    private var you: String {
        let name =
            AccountDatabase.userName(server.uid).map { "\(PrintableText.of($0)) (\(server.uid))" } ?? "\(server.uid)"
        switch server.access {
        case .all: return "\(name), who may see every process"
        case .own: return "\(name), who may see the processes of this user"
        }
    }

    private func cells(_ cpu: DaemonStatus.CPU) -> [String] {
        ["\(cpu.cpu)", "\(cpu.subscribers)", "\(cpu.received)", "\(cpu.lost)", bytes(cpu.receiveBufferBytes)]
    }

    private func bytes(_ count: Int) -> String { DecimalText.bytes(UInt64(max(0, count))) }
}

extension Duration {
    /// Whole microseconds; 0 for what is negative.
    fileprivate var microseconds: UInt64 {
        let (seconds, attoseconds) = components
        return UInt64(max(0, seconds)) * 1_000_000 + UInt64(max(0, attoseconds)) / 1_000_000_000_000
    }
}
