import TaskstatsModel
import TestSupport
import Testing

@testable import TaskstatsProtocol

@Suite struct RecordingLineTests {
    private func read(_ text: String) throws -> RecordingLine {
        let bytes = Array(text.utf8)
        return try unsafe bytes.withUnsafeBytes { line in
            Result { () throws(EventReader.Malformed) in try unsafe RecordingLine.read(line) }
        }.get()
    }

    private func text(_ line: consuming ByteBuffer) -> String {
        String(decoding: line.array.dropLast(), as: UTF8.self)
    }

    private var header: RecordingHeader {
        var subscription = Subscription()
        subscription.cpus = "0-1"
        subscription.scope = .process
        subscription.fields = [.acComm, .acUid]
        subscription.filter.exit = .failed
        subscription.filter.uids = [0, 1_000]
        var hello = ServerInfo(
            server: "taskstatsd/0.1.0", instance: "9f0c", kernelRelease: "6.18.44", taskstatsVersion: 16,
            possibleCPUs: "0-3", onlineCPUs: "0-1", delayAccounting: false, uid: 1_000, access: .own,
            limits: ServiceLimits(queueBytes: 0, connectionsPerUID: 0))
        hello.tick = .nanoseconds(3_333_333)
        // The daemon's features and limits are not saved.
        hello.features = []
        return RecordingHeader(host: "db1", start: 1_795_400_000_123_456_789, server: hello, subscription: subscription)
    }

    @Test func `a header is one line that describes the recording, and can be read back`() throws {
        let text = text(header.line)
        #expect(
            text == #"{"jsonrpc":"2.0","method":"recording","params":{"format":"taskstats-recording","version":1,"#
                + #""tsctl":"0.1.0","host":"db1","start":1795400000123456789,"server":"taskstatsd/0.1.0","#
                + #""protocol":"1.1","instance":"9f0c","kernel":{"release":"6.18.44","taskstats_version":16,"#
                + #""tick_ns":3333333},"#
                + #""cpus":{"possible":"0-3","online":"0-1"},"delay_accounting":false,"you":{"uid":1000,"access":"own"},"#
                + #""subscription":{"cpus":"0-1","scope":"process","overflow":"drop","fields":["ac_comm","ac_uid"],"#
                + #""filter":{"uid":[0,1000],"exit":"failed"}}}}"#)
        let line = try read(text)
        guard case .header(let read) = line else { throw UnexpectedValue(line) }
        #expect(read == header)
    }

    @Test func `a footer can be read back`() throws {
        let footer = RecordingFooter(time: 7, reason: "time", exits: 3, lost: 144)
        let line = try read(text(footer.line))
        guard case .footer(footer) = line else { throw UnexpectedValue(line) }
    }

    @Test func `a gap can be read back, with or without a daemon after it`() throws {
        var gap = RecordingGap(from: 7, to: 9, reason: "shutting down", successor: nil)
        #expect(
            text(gap.line)
                == #"{"jsonrpc":"2.0","method":"recording_gap","params":{"from":7,"to":9,"reason":"shutting down"}}"#)
        let last = try read(text(gap.line))
        guard case .gap(gap) = last else { throw UnexpectedValue(last) }
        gap.successor = .init(instance: "9f0c", access: .own, delayAccounting: false)
        let followed = try read(text(gap.line))
        guard case .gap(gap) = followed else { throw UnexpectedValue(followed) }
    }

    @Test func `an exit without a CPU is an error, not an exit on CPU 0`() {
        #expect(throws: EventReader.Malformed(problem: "exit without a CPU")) {
            try read(#"{"jsonrpc":"2.0","method":"exit","params":{"seq":1,"pid":7,"stats":{}}}"#)
        }
    }

    @Test func `the daemon's own lines are recognised`() throws {
        let loss = try read(text(ServerLine.lost(LostRecords(.queue, count: 37))))
        guard case .lost(LostRecords(.queue, count: 37)) = loss else { throw UnexpectedValue(loss) }
        let line = try read(#"{"jsonrpc":"2.0","method":"exit","params":{"cpu":0,"pid":7,"stats":{},"x":[]}}"#)
        guard case .exit(let exit) = line else { throw UnexpectedValue(line) }
        #expect(exit.pid == 7)
    }

    @Test(arguments: [
        #"{"jsonrpc":"2.0","method":"later","params":{"a":1}}"#,
        #"{"method":"hello","params":{"protocol":"1.0","#
            + #""instance":"a","you":{"access":"all"}}}"#,
    ])
    func `unknown lines are skipped`(text: String) throws {
        let line = try read(text)
        guard case .other = line else { throw UnexpectedValue(line) }
    }

    @Test(arguments: [
        "", "{", "[]", "{}", #"{"pid":7}"#, #"{"method":"recording","params":{"format":"another","version":1}}"#,
        #"{"method":"recording","params":{"format":"taskstats-recording","version":2,"protocol":"1.0"}}"#,
        #"{"method":"recording"}"#, #"{"method":"recording_end","params":{"exits":1}}"#,
        #"{"method":"recording_gap","params":{"from":1}}"#,
        #"{"jsonrpc":"2.0","method":"exit","params":{"pid":7"#,
    ])
    func `unreadable lines are refused`(text: String) {
        #expect(throws: EventReader.Malformed.self) { try read(text) }
    }
}
