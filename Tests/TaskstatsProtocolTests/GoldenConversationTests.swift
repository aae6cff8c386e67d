import Testing

@testable import TaskstatsProtocol

/// Rules for every conversation of Protocol/examples; the suites named after a topic check the contents.
@Suite struct GoldenConversationTests {
    @Test func `every topic of the protocol has a conversation`() throws {
        #expect(
            try GoldenConversation.names() == [
                "closing", "closing-limit", "describe", "errors", "exit-old-kernel", "get-cgroup", "get-pid",
                "get-tgid", "hello-all",
                "hello-none", "hello-own", "history", "lost", "omissions", "origin", "status-all", "status-own",
                "subscribe-and-exits",
                "subscribe-filter", "unsubscribe",
            ])
    }

    @Test func `every line of the daemon is short, printable ASCII and known to the client`() throws {
        for conversation in try GoldenConversation.all() {
            for line in conversation.lines where line.sender == .daemon {
                #expect(line.text.utf8.count < ProtocolLimits.lineBytes)
                #expect(line.text.utf8.allSatisfy { (0x20..<0x7f).contains($0) })
                #expect(try EventReader.read(line.text) != .unknown, "\(line.text)")
            }
        }
    }

    @Test func `every line of a client is answered under its id`() throws {
        for conversation in try GoldenConversation.all() {
            var open: [RequestID?] = []
            for line in conversation.lines {
                switch line.sender {
                case .client:
                    let failure = RequestDecoder.failure(line.text)
                    open.append(try failure.map(\.id) ?? RequestDecoder.decode(line.text).id)
                case .daemon:
                    let answered: RequestID? =
                        switch try EventReader.read(line.text) {
                        case .reply(let id, _): .integer(id)
                        case .refusal: nil
                        default: .string("no answer")
                        }
                    if answered == .string("no answer") { continue }
                    let index = try #require(open.firstIndex(of: answered), "\(conversation.name): \(line.text)")
                    open.remove(at: index)
                }
            }
            #expect(open.isEmpty, "\(conversation.name)")
        }
    }

    @Test func `every truncation of every line is malformed or unknown, and never crashes`() throws {
        for conversation in try GoldenConversation.all() {
            for line in conversation.lines where line.sender == .daemon {
                let bytes = Array(line.text.utf8)
                for count in 0..<bytes.count {
                    guard let event = try? EventReader.read(Array(bytes[..<count])) else { continue }
                    #expect(event == .unknown, "\(conversation.name), cut at \(count)")
                }
            }
        }
    }

    @Test func `every truncation of every request is refused`() throws {
        for conversation in try GoldenConversation.all() {
            for line in conversation.lines where line.sender == .client {
                let bytes = Array(line.text.utf8)
                for count in 0..<bytes.count {
                    let failure = RequestDecoder.failure(Array(bytes[..<count]))
                    #expect(failure?.error.name == .parseError, "\(conversation.name), cut at \(count)")
                }
            }
        }
    }
}
