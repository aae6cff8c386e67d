import TaskstatsModel
import TaskstatsProtocol

@testable import TaskstatsBroker

extension PeerIdentity {
    static let root = PeerIdentity(Caller(uid: 0, gid: 0, groups: []), sharesPIDNamespace: true)

    /// Returns an ordinary user whose group has the same number.
    static func user(_ uid: UInt32, gid: UInt32? = nil, groups: Set<UInt32> = []) -> PeerIdentity {
        PeerIdentity(Caller(uid: uid, gid: gid ?? uid, groups: groups), sharesPIDNamespace: true)
    }

    /// The same peer in another pid namespace.
    var inContainer: PeerIdentity {
        var peer = self
        peer.sharesPIDNamespace = false
        return peer
    }

    /// The same peer, in a user namespace.
    var inUserNamespace: PeerIdentity {
        var peer = self
        peer.isInInitialUserNamespace = false
        return peer
    }
}

extension HostState {
    static let sample = HostState(onlineCPUs: "0-3", delayAccounting: false)
}

extension BrokerSettings {
    /// The group whose members see everything in these tests.
    static let privilegedGroup: UInt32 = 990

    static func sample(
        cpus: Int = 4, version: Int = 17, othersSeeTheirOwn: Bool = true, limits: BrokerLimits = BrokerLimits()
    ) -> BrokerSettings {
        BrokerSettings(
            server: "taskstatsd/test", instance: "9f0c", kernelRelease: "6.18.0", taskstatsVersion: version,
            possibleCPUs: CPUSet(0..<cpus),
            policy: AccessPolicy(privilegedGroup: privilegedGroup, othersSeeTheirOwn: othersSeeTheirOwn),
            limits: limits)
    }
}

extension BrokerLimits {
    /// Returns the default limits with some changes.
    static func usual(_ change: (inout BrokerLimits) -> Void) -> BrokerLimits {
        var limits = BrokerLimits()
        change(&limits)
        return limits
    }
}
