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
