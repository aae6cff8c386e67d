import TaskstatsModel
import Testing

@testable import TaskstatsProtocol

@Suite struct GoldenHelloTests {
    private func hello(
        uid: UInt32, _ access: AccessTier, reason: String? = nil, delayAccounting: Bool = true
    ) -> GoldenExchange {
        var hello = ServerInfo(
            server: "taskstatsd/0.1.0", instance: "9f0c6a3e5b7d41f28c1e0a94d2b37f65", kernelRelease: "6.18.44",
            taskstatsVersion: 16, possibleCPUs: "0-3", onlineCPUs: "0-2", delayAccounting: delayAccounting, uid: uid,
            access: access, accessReason: reason, limits: limits(access),
            features: ServerInfo.currentFeatures + ServerInfo.originFeatures)
        hello.tick = .nanoseconds(4_000_000)
        hello.processSumsAreComplete = true
        return .daemon(ServerLine.hello(hello), .hello(hello))
    }

    private func limits(_ access: AccessTier) -> ServiceLimits {
        var limits = ServiceLimits(queueBytes: 8_388_608, connectionsPerUID: 32)
        if access == .own {
            (limits.connectionsPerSecond, limits.requestsPerSecond, limits.subscriptionsPerUID) = (100, 5_000, 16)
        }
        return limits
    }

    private func closing(_ reason: String) -> GoldenExchange {
        .daemon(ServerLine.closing(reason: reason), .closing(reason))
    }

    @Test func `root may see everything`() throws {
        try GoldenConversation.expect("hello-all", [hello(uid: 0, .all)])
    }

    @Test func `a user may see its own tasks, and learns that delay accounting is off`() throws {
        try GoldenConversation.expect("hello-own", [hello(uid: 1000, .own, delayAccounting: false)])
    }

    @Test func `a client without access receives the reason and a closing line`() throws {
        let reason = "you are in another pid namespace, where pids refer to other processes"
        try GoldenConversation.expect("hello-none", [hello(uid: 0, .none, reason: reason), closing(reason)])
    }

    @Test func `a connection over the limit receives the limit in place of hello`() throws {
        let reason = "limit reached (connections_per_uid: 32 of 32 in use)"
        let line = ServerLine.closing(reason: reason, limit: .init("connections_per_uid", allowed: 32, used: 32))
        try GoldenConversation.expect("closing-limit", [.daemon(line, .closing(reason))])
    }

    @Test func `a client with overflow disconnect is disconnected when it falls behind`() throws {
        var parameters = Subscription()
        parameters.fields = [.acComm]
        parameters.overflow = .disconnect
        try GoldenConversation.expect(
            "closing",
            [
                .client(Request(id: .integer(1), call: .subscribe(parameters, cpuList: "0"))),
                .subscribed(1, cpus: [0], parameters),
                .exit(.golden(cpu: 0, 1, after: 0, pid: 5001, "true"), fields: [.acComm]),
                closing("records arrived faster than the client read them (overflow: disconnect)"),
            ])
    }
}
