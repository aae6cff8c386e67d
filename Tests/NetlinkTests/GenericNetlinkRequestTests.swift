import Netlink
import TestSupport
import Testing

@Suite struct GenericNetlinkRequestTests {
    @Test func `a string is sent with its NUL, which its length includes`() throws {
        let request = try GenericNetlinkRequest(
            "register CPU 1", family: 31, command: 1, sequence: 7, .string(type: 3, "1"))
        let expected = HexFixture(
            """
            1c 00 00 00  # nlmsg_len 28
            1f 00        # nlmsg_type 31
            05 00        # nlmsg_flags NLM_F_REQUEST, NLM_F_ACK
            07 00 00 00  # nlmsg_seq
            00 00 00 00  # nlmsg_pid, the kernel's
            01           # cmd
            01           # version
            00 00        # reserved
            06 00        # nla_len 6, with the NUL
            03 00        # nla_type
            31 00        # payload "1", NUL
            00 00        # padding
            """)
        #expect(request.bytes == expected.bytes)
        #expect(request.operation == "register CPU 1")
        #expect(request.sequence == 7)
    }

    @Test func `a number is sent in four bytes`() throws {
        let request = try GenericNetlinkRequest(
            "get pid 1234", family: 0x1234, command: 1, version: 2, sequence: 0xffff_fffe, .u32(type: 1, 1_234))
        let expected = HexFixture(
            """
            1c 00 00 00  # nlmsg_len 28
            34 12        # nlmsg_type
            05 00        # nlmsg_flags NLM_F_REQUEST, NLM_F_ACK
            fe ff ff ff  # nlmsg_seq
            00 00 00 00  # nlmsg_pid, the kernel's
            01           # cmd
            02           # version
            00 00        # reserved
            08 00        # nla_len 8
            01 00        # nla_type
            d2 04 00 00  # payload 1234
            """)
        #expect(request.bytes == expected.bytes)
    }

    @Test(arguments: 0...9)
    func `a string of any length is padded with zeros`(length: Int) throws {
        let text = String(repeating: "x", count: length)
        let request = try GenericNetlinkRequest("test", family: 31, command: 1, sequence: 7, .string(type: 3, text))
        let expected = MessageBuilder.message(
            type: 31, flags: 5, sequence: 7,
            MessageBuilder.generic(command: 1, MessageBuilder.attribute(3, text: text)))
        #expect(request.bytes == expected)
    }

    @Test func `a string that does not fit is refused, not cut`() {
        #expect(throws: NetlinkError.malformed("request to test is too long")) {
            try GenericNetlinkRequest(
                "test", family: 31, command: 1, sequence: 7, .string(type: 3, String(repeating: "1", count: 4_096)))
        }
    }

    @Test func `the longest string that fits is sent complete`() throws {
        let text = String(repeating: "1", count: 4_096 - 16 - 4 - 4 - 1)
        let request = try GenericNetlinkRequest("test", family: 31, command: 1, sequence: 7, .string(type: 3, text))
        #expect(request.bytes.count == 4_096)
    }
}
