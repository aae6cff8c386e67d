import Netlink
import Testing

/// A message of the proc connector, as the kernel lays it out.
private func message(_ code: UInt32, _ data: [UInt32], length: UInt16? = nil, id: UInt32 = 1) -> [UInt8] {
    var bytes: [UInt8] = []
    func put(_ value: some FixedWidthInteger) {
        var rest = value.littleEndian
        for _ in 0..<value.bitWidth / 8 {
            bytes.append(UInt8(truncatingIfNeeded: rest))
            rest >>= 8
        }
    }
    let eventBytes = 16 + 4 * data.count
    for word in [id, 1, 77, 0] as [UInt32] { put(word) }
    put(length ?? UInt16(eventBytes))
    put(UInt16(0))
    put(code)
    put(UInt32(3))
    put(UInt64(123_456_789))
    for word in data { put(word) }
    return bytes
}

private func event(_ bytes: [UInt8]) -> ProcessEvent? {
    unsafe bytes.withUnsafeBytes { unsafe ProcessEvent(payload: $0.bytes) }
}

@Suite struct ProcessEventTests {
    @Test func `events have their CPU, their time and their processes`() {
        let fork = event(message(1, [10, 11, 20, 21]))
        #expect(fork == ProcessEvent(.fork(parent: 11, child: 21), cpu: 3, time: 123_456_789))
        #expect(event(message(2, [10, 11]))?.kind == .exec(11))
        #expect(event(message(4, [10, 11, 1_000, 0]))?.kind == .user(11, effective: 0))
        #expect(event(message(0x80, [10, 11]))?.kind == .session(11))
        #expect(event(message(0x8000_0000, [10, 11, 0, 17, 1, 1]))?.kind == .exit(11))
        #expect(event(message(0, [22]))?.kind == .acknowledgement(errno: 22))
        #expect(event(message(0x100, [1, 2, 3, 4]))?.kind == .other)
    }

    @Test func `a command name ends at its first NUL`() {
        let name = ProcessEvent.CommandName(Array("worker/1".utf8))
        #expect(event(message(0x200, [10, 11, 0x6b72_6f77, 0x312f_7265, 0, 0]))?.kind == .command(11, name))
        #expect(name.bytes == Array("worker/1".utf8))
        #expect(ProcessEvent.CommandName(Array(repeating: 0x61, count: 40)).bytes.count == 16)
    }

    @Test func `a message that is too short for its event is none`() {
        for (code, data) in [(1, [10, 11, 20]), (2, [10]), (4, [1, 2, 3]), (0x200, [1, 2, 3, 4, 5]), (0x80, [])] {
            #expect(event(message(UInt32(code), data.map(UInt32.init))) == nil, "\(code)")
        }
    }

    @Test func `a length beyond the message, or another identifier, is no event`() {
        #expect(event(message(2, [10, 11], length: 4_000)) == nil)
        #expect(event(message(2, [10, 11], length: 4)) == nil)
        #expect(event(message(2, [10, 11], id: 9)) == nil)
    }

    @Test func `every truncation of a message is no event, or a whole one`() {
        let whole = message(1, [10, 11, 20, 21])
        for count in 0..<whole.count { #expect(event(Array(whole.prefix(count))) == nil) }
    }
}
