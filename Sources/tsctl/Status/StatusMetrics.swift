import Taskstats

/// The daemon's counters for Prometheus; without access to every process, only those that every user can see.
enum StatusMetrics {
    static func lines(_ server: ServerInfo, _ status: DaemonStatus, _ format: MetricsText.Format) -> [String] {
        var metrics = MetricsText(format)
        metrics.family(
            "taskstatsd", .info, "The daemon and its kernel.",
            [
                MetricsText.Sample(
                    labels: [
                        ("server", server.server), ("protocol", server.protocolVersion),
                        ("instance_id", server.instance),
                        ("kernel", server.kernelRelease), ("struct_version", "\(server.taskstatsVersion)"),
                    ], value: "1")
            ])
        if let isOn = status.delayAccounting {
            metrics.family(
                "taskstatsd_delay_accounting", .gauge, "Whether kernel.task_delayacct is on: 1 or 0.", isOn ? 1 : 0)
        }
        metrics.family(
            "taskstatsd_client_queue_limit_bytes", .gauge, unit: "bytes", "Maximum queued bytes of one client.",
            server.limits.queueBytes)
        if let daemon = status.daemon { add(daemon, to: &metrics) }
        metrics.end()
        return metrics.lines
    }

    private static func add(_ daemon: DaemonStatus.Daemon, to metrics: inout MetricsText) {
        metrics.family(
            "taskstatsd_uptime_seconds", .gauge, unit: "seconds", "Time since the daemon started.",
            [MetricsText.Sample(value: "\(daemon.uptime / .seconds(1))")])
        metrics.family("taskstatsd_clients", .gauge, "Number of connections.", daemon.clients)
        metrics.family("taskstatsd_subscribers", .gauge, "Number of subscribed connections.", daemon.subscribers)
        metrics.family(
            "taskstatsd_queued_bytes", .gauge, unit: "bytes", "Queued bytes of all clients together.",
            daemon.queuedBytes)
        metrics.family(
            "taskstatsd_queue_high_water_bytes", .gauge, unit: "bytes", "Highest number of queued bytes so far.",
            daemon.queueHighWater)
        metrics.family(
            "taskstatsd_registered_cpus", .gauge, "CPUs registered with the kernel: those with a subscriber.",
            daemon.registeredCPUs.count)
        metrics.family(
            "taskstatsd_cpu_subscribers", .gauge, "Subscribers of a CPU.", samples(daemon, { "\($0.subscribers)" }))
        metrics.family(
            "taskstatsd_cpu_records_received", .counter, "Records received while the CPU was registered.",
            samples(daemon, { "\($0.received)" }))
        metrics.family(
            "taskstatsd_cpu_records_lost", .counter, "Records that the kernel dropped while the CPU was registered.",
            samples(daemon, { "\($0.lost)" }))
        metrics.family(
            "taskstatsd_cpu_receive_buffer_bytes", .gauge, unit: "bytes", "Receive buffer size of the CPU's socket.",
            samples(daemon, { "\($0.receiveBufferBytes)" }))
    }

    private static func samples(
        _ daemon: DaemonStatus.Daemon, _ value: (DaemonStatus.CPU) -> String
    ) -> [MetricsText.Sample] {
        daemon.cpus.map { MetricsText.Sample(labels: [("cpu", "\($0.cpu)")], value: value($0)) }
    }
}

/// Metric families in a text format of Prometheus.
struct MetricsText {
    /// The text format.
    enum Format {
        /// OpenMetrics 1.0, for servers that scrape.
        case openMetrics
        /// The text format 0.0.4 of Prometheus, which node_exporter's textfile collector and promtool read.
        case prometheus
    }

    /// The type of a family.
    enum Kind: String {
        /// A number that goes up and down.
        case gauge
        /// A number that only grows, until it restarts.
        case counter
        /// No number, only labels.
        case info

        fileprivate var suffix: String {
            switch self {
            case .gauge: ""
            case .counter: "_total"
            case .info: "_info"
            }
        }
    }

    /// One sample of a family.
    struct Sample {
        var labels: [(name: String, value: String)] = []
        var value: String
    }

    private let format: Format
    private(set) var lines: [String] = []

    init(_ format: Format) { self.format = format }

    /// Adds a family; its name must end with the unit.
    mutating func family(_ name: String, _ kind: Kind, unit: String? = nil, _ help: String, _ samples: [Sample]) {
        switch format {
        case .openMetrics:
            lines.append("# TYPE \(name) \(kind.rawValue)")
            if let unit { lines.append("# UNIT \(name) \(unit)") }
            lines.append("# HELP \(name) \(Self.escaped(help))")
        case .prometheus:
            // In this format a family has the name of its samples, and there is no info type.
            lines.append("# HELP \(name)\(kind.suffix) \(Self.escapedHelp(help))")
            lines.append("# TYPE \(name)\(kind.suffix) \(kind == .info ? Kind.gauge.rawValue : kind.rawValue)")
        }
        for sample in samples {
            let labels = sample.labels.map { "\($0.name)=\"\(Self.escaped($0.value))\"" }.joined(separator: ",")
            lines.append("\(name)\(kind.suffix)\(labels.isEmpty ? "" : "{\(labels)}") \(sample.value)")
        }
    }

    /// Adds a family with one sample.
    mutating func family(
        _ name: String, _ kind: Kind, unit: String? = nil, _ help: String, _ value: some BinaryInteger
    ) {
        family(name, kind, unit: unit, help, [Sample(value: "\(value)")])
    }

    /// Adds the end, without which an OpenMetrics text counts as truncated.
    mutating func end() {
        if format == .openMetrics { lines.append("# EOF") }
    }

    /// Escapes a help text of the Prometheus format, in which quotes stay as they are.
    private static func escapedHelp(_ text: String) -> String {
        text.split(separator: "\\", omittingEmptySubsequences: false).joined(separator: "\\\\")
            .split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\\n")
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for character in text.unicodeScalars {
            switch character {
            case "\\": result += "\\\\"
            case "\"": result += "\\\""
            case "\n": result += "\\n"
            default:
                // The kernel's and the daemon's texts are labels, and this can be shown on a terminal.
                let text = String(character)
                let shown = PrintableText.of(text)
                result += shown == text ? text : "\\" + shown
            }
        }
        return result
    }
}
