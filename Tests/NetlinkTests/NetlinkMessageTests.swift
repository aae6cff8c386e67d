import Netlink
import TestSupport
import Testing

@Suite struct NetlinkMessageTests {
    @Test func `the messages of a datagram are visited one by one, each with its payload`() throws {
        let fixture = HexFixture(
            """
            15 00 00 00  # nlmsg_len 21
            1f 00        # nlmsg_type 31
            00 00        # nlmsg_flags
            07 00 00 00  # nlmsg_seq 7
            00 00 00 00  # nlmsg_pid
            61 62 63 64 65  # payload of five bytes
            00 00 00     # padding to four
            10 00 00 00  # nlmsg_len 16, nothing but a header
            20 00        # nlmsg_type 32
            00 00        # nlmsg_flags
            08 00 00 00  # nlmsg_seq 8
            00 00 00 00  # nlmsg_pid
            """)
        let messages = try messages(in: fixture.bytes)
        #expect(
            messages == [
                .data(type: 31, sequence: 7, Array("abcde".utf8)),
                .data(type: 32, sequence: 8, []),
            ])
    }

    @Test(arguments: [0, 1, 3, 22] as [Int32])
    func `an acknowledgement has its own case, with the number of the request`(errno: Int32) throws {
        let request = MessageBuilder.message(type: 31, sequence: 4_711, [1, 2, 3, 4])
        let bytes = MessageBuilder.acknowledgement(of: request, errno: errno, port: 99)
        #expect(try messages(in: bytes) == [.acknowledgement(sequence: 4_711, errno: errno)])
    }

    @Test func `the kernel's acknowledgement is decoded`() throws {
        let fixture = HexFixture(
            """
            24 00 00 00  # nlmsg_len 36
            02 00        # nlmsg_type NLMSG_ERROR
            00 01        # nlmsg_flags NLM_F_CAPPED
            07 00 00 00  # nlmsg_seq
            d2 04 00 00  # nlmsg_pid, the port asked from
            ff ff ff ff  # error -EPERM
            1c 00 00 00 1f 00 05 00 07 00 00 00 00 00 00 00  # request
            """)
        #expect(try messages(in: fixture.bytes) == [.acknowledgement(sequence: 7, errno: 1)])
    }

    @Test func `the most negative error number does not overflow`() throws {
        let bytes = MessageBuilder.message(type: 2, sequence: 1, MessageBuilder.bytes(of: Int32.min))
        #expect(try messages(in: bytes) == [.acknowledgement(sequence: 1, errno: .min)])
    }

    @Test(arguments: 0..<4)
    func `an error without an error number is malformed`(size: Int) {
        let bytes = MessageBuilder.message(type: 2, sequence: 1, [UInt8](repeating: 0, count: size))
        #expect(throws: NetlinkError.malformed("error without an error number")) { try messages(in: bytes) }
    }

    @Test func `a datagram cut anywhere is malformed, and nothing after the cut is read`() throws {
        let bytes = MessageBuilder.message(type: 31, sequence: 7, Array(1...21))
        #expect(try messages(in: []) == [])
        for length in 1..<bytes.count {
            #expect(throws: NetlinkError.self, "cut to \(length)") { try messages(in: bytes.prefix(length)) }
        }
    }

    @Test(arguments: [0, 1, 15, 21, 22, 0x7fff_ffff, 0xffff_ffff] as [UInt32])
    func `an inconsistent length is malformed`(length: UInt32) {
        let bytes =
            MessageBuilder.bytes(of: length) + MessageBuilder.message(type: 31, sequence: 7, [1, 2, 3, 4])[4...]
        #expect(throws: NetlinkError.malformed("message of \(length) bytes, 20 available")) { try messages(in: bytes) }
    }

    @Test func `messages before a malformed one are passed on`() {
        let good = MessageBuilder.message(type: 31, sequence: 7, [1, 2, 3, 4])
        var handedOver = 0
        #expect(throws: NetlinkError.malformed("truncated header")) {
            try withGuardedBytes(good + [9, 9, 9]) { (span) throws(NetlinkError) in
                try NetlinkMessage.forEach(in: span) { _, _ in handedOver += 1 }
            }
        }
        #expect(handedOver == 1)
    }

    private enum Seen: Equatable {
        case acknowledgement(sequence: UInt32, errno: Int32)
        case data(type: UInt16, sequence: UInt32, [UInt8])
    }

    private func messages(in bytes: some Collection<UInt8>) throws(NetlinkError) -> [Seen] {
        var seen: [Seen] = []
        try withGuardedBytes(bytes) { (span) throws(NetlinkError) in
            try NetlinkMessage.forEach(in: span) { (message, payload) throws(NetlinkError) in
                switch message {
                case .acknowledgement(let sequence, let errno):
                    seen.append(.acknowledgement(sequence: sequence, errno: errno))
                case .data(let header):
                    seen.append(.data(type: header.type, sequence: header.sequence, payload.copy))
                }
            }
        }
        return seen
    }
}
