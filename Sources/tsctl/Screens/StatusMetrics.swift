import TaskstatsClient

/// The daemon's counters for Prometheus; without access to every process only what everybody is told.
enum StatusMetrics {
    static func lines(_ server: ServerInfo, _ status: DaemonStatus) -> [String] {
        var metrics = OpenMetrics()
        metrics.family(
            "taskstatsd", .info, "The daemon and its kernel.",
            [
                OpenMetrics.Sample(
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
            "taskstatsd_client_queue_limit_bytes", .gauge, unit: "bytes", "The bytes that may wait for one client.",
            server.queueBytes)
        if let daemon = status.daemon { add(daemon, to: &metrics) }
        metrics.end()
        return metrics.lines
    }

    private static func add(_ daemon: DaemonStatus.Daemon, to metrics: inout OpenMetrics) {
        metrics.family(
            "taskstatsd_uptime_seconds", .gauge, unit: "seconds", "How long the daemon has been running.",
            [OpenMetrics.Sample(value: "\(daemon.uptime / .seconds(1))")])
        metrics.family("taskstatsd_clients", .gauge, "Connections.", daemon.clients)
        metrics.family("taskstatsd_subscribers", .gauge, "Connections with a subscription.", daemon.subscribers)
        metrics.family(
            "taskstatsd_queued_bytes", .gauge, unit: "bytes", "Bytes that wait for all clients together.",
            daemon.queuedBytes)
        metrics.family(
            "taskstatsd_queue_high_water_bytes", .gauge, unit: "bytes", "The most bytes that ever waited.",
            daemon.queueHighWater)
        metrics.family(
            "taskstatsd_registered_cpus", .gauge, "CPUs registered with the kernel: those that somebody subscribed to.",
            daemon.cpus.count + daemon.omittedCPUs)
        metrics.family(
            "taskstatsd_cpu_subscribers", .gauge, "Clients that want a CPU.", samples(daemon, { "\($0.subscribers)" }))
        metrics.family(
            "taskstatsd_cpu_records_received", .counter, "Records received since the CPU was registered.",
            samples(daemon, { "\($0.received)" }))
        metrics.family(
            "taskstatsd_cpu_records_lost", .counter, "Records that the kernel dropped since the CPU was registered.",
            samples(daemon, { "\($0.lost)" }))
        metrics.family(
            "taskstatsd_cpu_receive_buffer_bytes", .gauge, unit: "bytes", "The receive buffer of the CPU's socket.",
            samples(daemon, { "\($0.receiveBufferBytes)" }))
    }

    private static func samples(
        _ daemon: DaemonStatus.Daemon, _ value: (DaemonStatus.CPU) -> String
    ) -> [OpenMetrics.Sample] {
        daemon.cpus.map { OpenMetrics.Sample(labels: [("cpu", "\($0.cpu)")], value: value($0)) }
    }
}
