import Testing

@testable import tsctl

@Suite struct FrameMarkTests {
    private let mark = FrameMark(
        time: 1_795_400_000_123_456_789, index: 7, instance: "9535adaf6378333c24bf154ac9e2beac")

    @Test func `a mark is a skippable frame of its size, and is read back`() {
        #expect(mark.bytes.count == FrameMark.size)
        #expect(mark.bytes.prefix(4) == [0x5e, 0x2a, 0x4d, 0x18])
        #expect(mark.bytes[4] == UInt8(FrameMark.size - 8))
        #expect(FrameMark(mark.bytes[...]) == mark)
    }

    @Test func `no other byte passes for it`() {
        for place in mark.bytes.indices {
            var bytes = mark.bytes
            bytes[place] ^= 1
            #expect(FrameMark(bytes[...]) == nil, "byte \(place)")
        }
        #expect(FrameMark(mark.bytes.dropLast()) == nil)
    }
}
