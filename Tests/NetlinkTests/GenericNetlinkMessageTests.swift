import Netlink
import TestSupport
import Testing

@Suite struct GenericNetlinkMessageTests {
    @Test func `the command and the attributes after the header are passed on`() throws {
        let payload = MessageBuilder.generic(command: 2, version: 9, [1, 2, 3])
        var seen: (UInt8, [UInt8]) = (0, [])
        try withGuardedBytes(payload) { (span) throws(NetlinkError) in
            try GenericNetlinkMessage.read(span) { command, attributes in seen = (command, attributes.copy) }
        }
        #expect(seen == (2, [1, 2, 3]))
    }

    @Test(arguments: 0..<4)
    func `a truncated header is malformed`(length: Int) {
        #expect(throws: NetlinkError.malformed("truncated generic netlink header")) {
            try withGuardedBytes([2, 1, 0, 0].prefix(length)) { (span) throws(NetlinkError) in
                try GenericNetlinkMessage.read(span) { _, _ in Issue.record("a header was read") }
            }
        }
    }
}
