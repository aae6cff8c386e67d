import Netlink
import TestSupport
import Testing

@Suite struct RawSpanLoadingTests {
    private static let bytes: [UInt8] = [0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99]

    @Test func `an integer is loaded from any offset, aligned or not`() {
        withGuardedBytes(Self.bytes) { span in
            #expect(span.load(0, as: UInt32.self) == 0x4433_2211)
            #expect(span.load(1, as: UInt32.self) == 0x5544_3322)
            #expect(span.load(1, as: UInt64.self) == 0x9988_7766_5544_3322)
            #expect(span.load(8, as: UInt8.self) == 0x99)
        }
    }

    @Test(arguments: [-8, -1, 6, 7, 8, 9, 10, Int.max, Int.min])
    func `an integer that is not entirely within the span is not loaded`(offset: Int) {
        withGuardedBytes(Self.bytes) { span in #expect(span.load(offset, as: UInt32.self) == nil) }
    }

    @Test func `nothing is loaded from an empty span`() {
        withGuardedBytes([]) { span in #expect(span.load(0, as: UInt8.self) == nil) }
    }
}
