import TaskstatsModel
import TestSupport
import Testing

@testable import TaskstatsProtocol

@Suite struct HelloTests {
    private func hello(delayAccounting: Bool? = true, access: AccessTier = .own, reason: String? = nil) -> ServerInfo {
        ServerInfo(
            server: "taskstatsd/0.1.0", instance: "00ff", kernelRelease: "6.18.44", taskstatsVersion: 16,
            possibleCPUs: "0-3", onlineCPUs: "0,2-3", delayAccounting: delayAccounting, uid: 1000, access: access,
            accessReason: reason, limits: .init(queueBytes: 4_096, connectionsPerUID: 2))
    }

    private func readBack(_ hello: ServerInfo) throws -> ServerEvent {
        let line = ServerLine.hello(hello)
        return try EventReader.read(line.line)
    }

    @Test(arguments: [true, false, nil])
    func `hello is decoded as it was encoded`(delayAccounting: Bool?) throws {
        for access in AccessTier.allCases {
            let greeting = hello(
                delayAccounting: delayAccounting, access: access, reason: access == .none ? "no \"entry\"\n" : nil)
            #expect(try readBack(greeting) == .hello(greeting))
        }
    }

    @Test(arguments: [true, false, nil])
    func `the completeness of process sums is decoded, or unknown`(isComplete: Bool?) throws {
        var greeting = hello()
        greeting.processSumsAreComplete = isComplete
        #expect(try readBack(greeting) == .hello(greeting))
    }

    @Test func `every limit and feature is decoded`() throws {
        var greeting = hello()
        greeting.protocolVersion = "1.7"
        greeting.limits.requestBytes = 1
        greeting.limits.requestDepth = 2
        greeting.limits.lineBytes = 3
        greeting.limits.connectionsPerSecond = 4
        greeting.limits.requestsPerSecond = 5
        greeting.features = ["get", "teleport"]
        #expect(try readBack(greeting) == .hello(greeting))
    }

    @Test func `hello requires a version, an instance and an access, and nothing else`() throws {
        func line(_ params: String) -> String { #"{"jsonrpc":"2.0","method":"hello","params":{\#(params)}}"# }
        let least = #""protocol":"1.0","instance":"x","you":{"access":"all"}"#
        let event = try EventReader.read(line(least))
        guard case .hello(let greeting) = event else { throw UnexpectedValue(event) }
        #expect(greeting.access == .all)
        #expect(greeting.delayAccounting == nil)
        #expect(greeting.limits.lineBytes == ProtocolLimits.lineBytes)
        for broken in [
            #""instance":"x","you":{"access":"all"}"#, #""protocol":"1.0","you":{"access":"all"}"#,
            #""protocol":"1.0","instance":"x""#, #""protocol":"1.0","instance":"x","you":{"access":"some"}"#,
        ] {
            #expect(throws: EventReader.Malformed.self) { try EventReader.read(line(broken)) }
        }
    }
}
