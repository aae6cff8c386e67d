import TaskstatsModel
import TestSupport
import Testing

@testable import TaskstatsProtocol

@Suite struct ServerLineTests {
    @Test func `an error without an id has a null id, and data has only known keys`() {
        let plain = ServerLine.error(nil, ProtocolError(.parseError, "no JSON"))
        #expect(
            plain.line
                == #"{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"no JSON","data":{"name":"ParseError"}}}"#
        )
        let full = ProtocolError(
            .limitExceeded, "too many", errno: "EMFILE", field: "cpus",
            limit: .init("connections", allowed: 32, used: 33))
        let line = ServerLine.error(.string("a"), full)
        #expect(
            line.line
                == #"{"jsonrpc":"2.0","id":"a","error":{"code":-32003,"message":"too many","data":{"name":"LimitExceeded","#
                + #""errno":"EMFILE","member":"cpus","limit":"connections","allowed":32,"used":33}}}"#)
    }

    @Test func `every error has a unique name and code`() {
        let expected: [String: Int] = [
            "ParseError": -32700, "InvalidRequest": -32600, "MethodNotFound": -32601, "InvalidParams": -32602,
            "InternalError": -32603, "PermissionDenied": -32001, "NoSuchTask": -32002, "LimitExceeded": -32003,
            "KernelError": -32004, "Unavailable": -32005,
        ]
        let actual = Dictionary(uniqueKeysWithValues: ProtocolError.Name.allCases.map { ($0.rawValue, $0.code) })
        #expect(actual == expected)
    }

    // MARK: The length of lines

    private func expectShort(_ line: consuming ByteBuffer, sourceLocation: SourceLocation = #_sourceLocation) {
        let bytes = line.array
        #expect(bytes.count <= ProtocolLimits.lineBytes, sourceLocation: sourceLocation)
        #expect(bytes.last == 0x0a, sourceLocation: sourceLocation)
        #expect(bytes.dropLast().allSatisfy { (0x20..<0x7f).contains($0) }, sourceLocation: sourceLocation)
    }

    @Test(arguments: ["x", "é", "🦀", "\\u0001", "\\u0000"])
    func `the refusal of the longest line fits into a line`(character: String) throws {
        let count = (ProtocolLimits.requestBytes - 100) / character.utf8.count
        let long = String(repeating: character, count: count)
        let lines = [
            #"{"jsonrpc":"2.0","id":1,"method":"\#(long)"}"#,
            #"{"jsonrpc":"2.0","id":1,"method":"status","\#(long)":1}"#,
            #"{"jsonrpc":"2.0","id":1,"method":"get","params":{"\#(long)":1}}"#,
            #"{"jsonrpc":"2.0","id":1,"method":"get","params":{"pid":1,"fields":["\#(long)"]}}"#,
            #"{"jsonrpc":"2.0","id":1,"method":"subscribe","params":{"filter":{"\#(long)":1}}}"#,
            #"{"jsonrpc":"2.0","id":1,"method":"status"}\#(long)"#,
        ]
        for line in lines {
            let failure = try #require(RequestDecoder.failure(line))
            expectShort(ServerLine.error(failure.id, failure.error))
        }
    }

    @Test func `long text is cut between characters and marked as cut`() {
        let line = ServerLine.closing(reason: String(repeating: "🦀", count: ProtocolLimits.textCharacters + 1))
        #expect(line.line.hasSuffix(#"\ud83e\udd80..."}}"#))
        let whole = String(repeating: "x", count: ProtocolLimits.textCharacters)
        let uncut = ServerLine.closing(reason: whole)
        #expect(uncut.line.hasSuffix("\(whole)\"}}"))
    }

    @Test func `the echo of the longest id fits into a line`() {
        expectShort(ServerLine.unsubscribed(.string(String(repeating: "\u{1}", count: ProtocolLimits.requestIDBytes))))
    }

    @Test func `the answer to the largest subscription fits into a line`() throws {
        var parameters = Subscription()
        parameters.filter.uids = Set((0..<ProtocolLimits.filterIDs).map { UInt32.max - UInt32($0) })
        let pattern = try #require(GlobPattern(String(repeating: "\u{1}", count: ProtocolLimits.patternBytes)))
        parameters.filter.commands = Array(repeating: pattern, count: ProtocolLimits.filterPatterns)
        parameters.filter.exit = .signaled
        parameters.filter.minElapsedMicroseconds = .max
        // The largest machine that the kernel supports, with every second CPU, so that nothing can be joined to a
        // range.
        parameters.cpus = CPUSet(stride(from: 1, to: 8_192, by: 2))
        let id = RequestID.string(String(repeating: "\u{1}", count: 128))
        let line = ServerLine.subscribed(id, parameters, nextIndex: .max) { _ in .max }
        expectShort(line)
    }

    @Test func `the answer for the longest cgroup fits into a line`() {
        let stats = CgroupStats(sleeping: .max, running: .max, stopped: .max, uninterruptible: .max, ioWait: .max)
        expectShort(ServerLine.stats(.integer(1), ofCgroup: String(repeating: "\u{1}", count: 4_095), stats))
    }

    @Test func `the description of every field fits into a line`() {
        expectShort(ServerLine.description(.string(String(repeating: "\u{1}", count: 128))))
    }

    @Test func `the counters of the largest machine fit into a line with the number of omitted CPUs`() throws {
        func daemon(cpus: Int) -> DaemonStatus.Daemon {
            DaemonStatus.Daemon(
                uptime: .milliseconds(1), clients: 1, subscribers: 1, registeredCPUs: CPUSet(0..<cpus), queuedBytes: 0,
                queueHighWater: 0,
                cpus: (0..<cpus).map {
                    DaemonStatus.CPU(
                        cpu: $0, subscribers: 1_000, received: 123_456_789_012, lost: 1_234_567,
                        receiveBufferBytes: 16_777_216)
                })
        }
        let half = DaemonStatus(connection: .init(), delayAccounting: nil, daemon: daemon(cpus: 512))
        let answer = ServerLine.result(.integer(1)) { half.write(to: &$0) }
        #expect(try EventReader.read(answer.line) == .reply(id: 1, .status(half)))

        let full = DaemonStatus(connection: .init(), delayAccounting: nil, daemon: daemon(cpus: 8_192))
        expectShort(ServerLine.result(.integer(1)) { full.write(to: &$0) })
        let cut = ServerLine.result(.integer(1)) { full.write(to: &$0) }
        let event = try EventReader.read(cut.line)
        guard case .reply(1, .status(let status)) = event else { throw UnexpectedValue(event) }
        let read = try #require(status.daemon)
        #expect(read.cpus.count + read.omittedCPUs == 8_192)
        #expect(read.cpus.count > 512)
        #expect(read.cpus.elementsEqual(daemon(cpus: 8_192).cpus.prefix(read.cpus.count)))
    }
}
