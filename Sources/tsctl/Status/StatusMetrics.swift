import CommandSupport
import Taskstats

/// The daemon's counters for Prometheus; without access to every process, only those that every user can see.
enum StatusMetrics {
    static func lines(_ server: ServerInfo, _ status: DaemonStatus, _ format: MetricsText.Format) -> [String] {
        var metrics = MetricsText(format)
        metrics.begin("taskstatsd", .info, "The daemon and its kernel.")
        metrics.sample(
            MetricLabels([
                ("server", server.server), ("protocol", server.protocolVersion), ("instance_id", server.instance),
                ("kernel", server.kernelRelease), ("struct_version", "\(server.taskstatsVersion)"),
            ]), 1)
        if let isOn = status.delayAccounting {
            metrics.begin(
                "taskstatsd_delay_accounting", .gauge, "Whether kernel.task_delayacct is on: 1 or 0.")
            metrics.sample(isOn ? 1 : 0)
        }
        metrics.begin(
            "taskstatsd_client_queue_limit_bytes", .gauge, unit: "bytes", "Maximum queued bytes of one client.")
        metrics.sample(UInt64(clamping: server.limits.queueBytes))
        if let daemon = status.daemon { add(daemon, to: &metrics) }
        metrics.end()
        return metrics.lines
    }

    private static func add(_ daemon: DaemonStatus.Daemon, to metrics: inout MetricsText) {
        metrics.begin("taskstatsd_uptime_seconds", .gauge, unit: "seconds", "Time since the daemon started.")
        metrics.sample(text: "\(daemon.uptime / .seconds(1))")
        let gauges: [(name: String, unit: String?, help: String, value: Int)] = [
            ("clients", nil, "Number of connections.", daemon.clients),
            ("subscribers", nil, "Number of subscribed connections.", daemon.subscribers),
            ("queued_bytes", "bytes", "Queued bytes of all clients together.", daemon.queuedBytes),
            ("queue_high_water_bytes", "bytes", "Highest number of queued bytes so far.", daemon.queueHighWater),
            (
                "registered_cpus", nil, "CPUs registered with the kernel: those with a subscriber.",
                daemon.registeredCPUs.count
            ),
        ]
        for gauge in gauges {
            metrics.begin("taskstatsd_\(gauge.name)", .gauge, unit: gauge.unit, gauge.help)
            metrics.sample(UInt64(clamping: gauge.value))
        }
        metrics.begin("taskstatsd_cpu_subscribers", .gauge, "Subscribers of a CPU.")
        add(daemon, { UInt64(clamping: $0.subscribers) }, to: &metrics)
        metrics.begin("taskstatsd_cpu_records_received", .counter, "Records received while the CPU was registered.")
        add(daemon, { $0.received }, to: &metrics)
        metrics.begin(
            "taskstatsd_cpu_records_lost", .counter, "Records that the kernel dropped while the CPU was registered.")
        add(daemon, { $0.lost }, to: &metrics)
        metrics.begin(
            "taskstatsd_cpu_receive_buffer_bytes", .gauge, unit: "bytes", "Receive buffer size of the CPU's socket.")
        add(daemon, { UInt64(clamping: $0.receiveBufferBytes) }, to: &metrics)
    }

    private static func add(
        _ daemon: DaemonStatus.Daemon, _ value: (DaemonStatus.CPU) -> UInt64, to metrics: inout MetricsText
    ) {
        for cpu in daemon.cpus { metrics.sample(MetricLabels([("cpu", "\(cpu.cpu)")]), value(cpu)) }
    }
}
