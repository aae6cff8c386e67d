import Netlink
import TestSupport
import Testing

@Suite struct NetlinkAttributeTests {
    @Test(arguments: 0...9)
    func `attributes are visited one by one, with any padding`(count: Int) throws {
        let payload = [UInt8](repeating: 0xaa, count: count)
        let bytes = MessageBuilder.attribute(1, payload) + MessageBuilder.attribute(2, [1])
        #expect(try attributes(in: bytes) == [Seen(type: 1, payload), Seen(type: 2, [1])])
    }

    @Test func `the last attribute needs no padding`() throws {
        let fixture = HexFixture(
            """
            05 00  # nla_len 5
            01 00  # nla_type 1
            2a     # payload of one byte
            00 00 00  # padding
            06 00  # nla_len 6
            02 00  # nla_type 2
            2b 2c  # payload of two bytes, and no padding
            """)
        #expect(try attributes(in: fixture.bytes) == [Seen(type: 1, [0x2a]), Seen(type: 2, [0x2b, 0x2c])])
    }

    @Test(arguments: [0x8000, 0x4000, 0xc000])
    func `the flags of nests and of network byte order are not part of a type`(flag: UInt16) throws {
        #expect(try attributes(in: MessageBuilder.attribute(4 | flag, [])) == [Seen(type: 4, [])])
        #expect(try attributes(in: MessageBuilder.attribute(0x3fff | flag, [])) == [Seen(type: 0x3fff, [])])
    }

    @Test func `a nest is walked like the outer attributes`() throws {
        let inner = MessageBuilder.attribute(1, [7, 0, 0, 0]) + MessageBuilder.attribute(3, [1, 2, 3])
        let outer = try attributes(in: MessageBuilder.attribute(4, inner))
        #expect(outer == [Seen(type: 4, inner)])
        #expect(try attributes(in: outer[0].payload) == [Seen(type: 1, [7, 0, 0, 0]), Seen(type: 3, [1, 2, 3])])
    }

    @Test func `attributes cut anywhere are malformed, except in padding and between two`() throws {
        let first = MessageBuilder.attribute(1, [1, 2, 3, 4, 5])
        let bytes = first + MessageBuilder.attribute(2, [6, 7])
        for length in 0..<bytes.count {
            switch length {
            case 0: #expect(try attributes(in: []) == [])
            case 9...12: #expect(try attributes(in: bytes.prefix(length)) == [Seen(type: 1, [1, 2, 3, 4, 5])])
            case 18...: #expect(try attributes(in: bytes.prefix(length)).count == 2)
            default: #expect(throws: NetlinkError.self) { try attributes(in: bytes.prefix(length)) }
            }
        }
    }

    @Test(arguments: [0, 1, 2, 3, 9, 0x7fff, 0xffff] as [UInt16])
    func `an inconsistent length is malformed`(length: UInt16) {
        let bytes = MessageBuilder.bytes(of: length) + [1, 0, 1, 2, 3, 4]
        #expect(throws: NetlinkError.malformed("attribute of \(length) bytes, 8 available")) {
            try attributes(in: bytes)
        }
    }

    private struct Seen: Equatable {
        let type: UInt16
        let payload: [UInt8]

        init(type: UInt16, _ payload: [UInt8]) {
            self.type = type
            self.payload = payload
        }
    }

    private func attributes(in bytes: some Collection<UInt8>) throws(NetlinkError) -> [Seen] {
        var seen: [Seen] = []
        try withGuardedBytes(bytes) { (span) throws(NetlinkError) in
            try NetlinkMessage.forEachAttribute(in: span) { type, value in seen.append(Seen(type: type, value.copy)) }
        }
        return seen
    }
}
