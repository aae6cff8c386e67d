import TaskstatsProtocol

@testable import Taskstats

/// What a daemon says first.
enum SampleServer {
    static func handshake(
        access: AccessTier = .all, version: Int = 16, uid: UInt32 = 0, delayAccounting: Bool? = true,
        server: String = "taskstatsd/\(Release.version)"
    ) -> ServerInfo {
        var limits = ServiceLimits(queueBytes: 8 << 20, connectionsPerUID: 32)
        if access == .own {
            (limits.connectionsPerSecond, limits.requestsPerSecond, limits.subscriptionsPerUID) = (100, 5_000, 16)
        }
        return ServerInfo(
            server: server, instance: "9f0c", kernelRelease: "6.18.44", taskstatsVersion: version,
            possibleCPUs: "0-3", onlineCPUs: "0-1", delayAccounting: delayAccounting, uid: uid, access: access,
            limits: limits)
    }

    static func status(received: [UInt64] = [], lost: [UInt64] = []) -> DaemonStatus {
        let cpus = received.indices.map { cpu in
            DaemonStatus.CPU(
                cpu: cpu, subscribers: 1, received: received[cpu], lost: lost[cpu], receiveBufferBytes: 8 << 20)
        }
        return DaemonStatus(
            connection: DaemonStatus.Connection(), delayAccounting: true,
            daemon: DaemonStatus.Daemon(
                uptime: .milliseconds(7_654_321), clients: 3, subscribers: 2, registeredCPUs: "0-1", queuedBytes: 10,
                queueHighWater: 2_048, cpus: cpus))
    }

    /// The status for users who can see only their own processes.
    static var ownStatus: DaemonStatus {
        DaemonStatus(connection: DaemonStatus.Connection(), delayAccounting: true, daemon: nil)
    }
}
