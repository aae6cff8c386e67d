import TaskstatsProtocol
import Testing

@testable import tsctl

/// The options with which `tsctl serve` misbehaves on purpose.
@Suite struct ServeRulesTests {
    @Test func `a repeated loss takes the last records of each group`() throws {
        let rule = try #require(LossRule("kernel:2/5"))
        #expect(rule.place == .kernel)
        #expect((1...11).filter { rule.includes($0) } == [4, 5, 9, 10])
    }

    @Test func `a single loss takes records from an index on`() throws {
        let rule = try #require(LossRule("queue:3@4"))
        #expect((1...11).filter { rule.includes($0) } == [4, 5, 6])
    }

    @Test func `a history is shortened at its beginning`() throws {
        let behavior = ServeBehavior(losses: [try #require(LossRule("history:7"))])
        #expect(behavior.forgottenIndex == 7)
        #expect(behavior.place(ofLost: 3) == nil)
    }

    @Test(arguments: [
        "", "kernel", "kernel:", "kernel:3", "kernel:0/5", "kernel:6/5", "kernel:1/0", "queue:1@0", "queue:-1@1",
        "history:1/2", "history:1@2", "disk:1/2", "kernel:1/2/3", "kernel:1/2@3", "kernel:1:2",
    ])
    func `a malformed loss is refused`(_ text: String) { #expect(LossRule(text) == nil) }

    @Test func `a refusal has the code and the keys of its error`() throws {
        let denied = try #require(RefusalRule("get=PermissionDenied"))
        #expect(denied.error.name.code == -32001)
        #expect(denied.error.errno == "EPERM")
        #expect(try #require(RefusalRule("subscribe=LimitExceeded")).error.limit?.limit == "requests_per_second")
        #expect(try #require(RefusalRule("connect=LimitExceeded")).error.limit?.limit == "connections_per_uid")
    }

    @Test(arguments: ["", "get", "get=", "get=NoSuchError", "put=NoSuchTask", "connect=NoSuchTask", "get=NoSuchTask=1"])
    func `a malformed refusal is refused`(_ text: String) { #expect(RefusalRule(text) == nil) }

    @Test func `a connection ends after some records or at the end`() {
        #expect(ServeBehavior.EndRule("3") == .records(3))
        #expect(ServeBehavior.EndRule("end") == .end)
        for text in ["", "0", "-1", "last"] { #expect(ServeBehavior.EndRule(text) == nil) }
    }

    @Test func `a speed is a factor`() throws {
        #expect(try PlayingSpeed(parsing: "0.5x").factor == 0.5)
        #expect(try PlayingSpeed(parsing: "max").factor == nil)
        for text in ["", "x", "1", "0x", "-1x", "nanx", "infx"] {
            #expect(throws: (any Error).self) { try PlayingSpeed(parsing: text) }
        }
    }
}
