import TestSupport
import Testing

@testable import TaskstatsModel

@Suite struct DeviceNumberTests {
    @Test(
        arguments: [
            (0x801, 8, 1), (0, 0, 0), (0xfdff, 253, 255), (0x10_fe00, 254, 256), (0x1111_0370, 259, 70000),
            (0xffff_ffff, 4095, 1_048_575), (0xfff0_0000, 0, 0xfff00), (0xfff00, 4095, 0),
        ] as [(UInt64, UInt32, UInt32)])
    func `the kernel's format has the major number between the parts of the minor`(
        encoded: UInt64, major: UInt32, minor: UInt32
    ) {
        let device = DeviceNumber(encoded: encoded)
        #expect(device.major == major)
        #expect(device.minor == minor)
        #expect(device == DeviceNumber(major: major, minor: minor))
        #expect(DeviceNumber(major: major, minor: minor).encoded == encoded)
    }

    @Test func `every device survives encoding and decoding`() {
        var generator = SeededGenerator(seed: 12)
        for _ in 0..<2_000 {
            let device = DeviceNumber(
                major: .random(in: 0...4095, using: &generator), minor: .random(in: 0...1_048_575, using: &generator))
            #expect(DeviceNumber(encoded: device.encoded) == device)
        }
    }

    @Test func `bits above 32 do not count`() {
        #expect(DeviceNumber(encoded: 0xffff_ffff_0000_0801) == DeviceNumber(major: 8, minor: 1))
    }
}
