import Testing

@testable import taskstatsd

@Suite struct ByteCountTests {
    @Test(arguments: [
        ("0", 0), ("65536", 65_536), ("64K", 65_536), ("64k", 65_536), ("8M", 8_388_608), ("1g", 1 << 30),
        ("007K", 7_168), ("9223372036854775807", Int.max),
    ])
    func `numbers count bytes; K, M and G multiply by powers of 1,024`(argument: String, bytes: Int) {
        #expect(ByteCount(argument: argument)?.bytes == bytes)
    }

    @Test(arguments: [
        "", "K", "-1", "+1", "1.5M", "1 M", "1MB", "1KK", "M1", "0x10", "1T", "٣", "9223372036854775808",
        "9007199254740992K",
    ])
    func `anything else is refused`(argument: String) { #expect(ByteCount(argument: argument) == nil) }

    @Test(arguments: [
        (0, "0"), (1_000, "1000"), (1_024, "1K"), (1_536, "1536"), (8 << 20, "8M"), (1 << 30, "1G"),
    ])
    func `a default is shown with the largest unit that divides it`(bytes: Int, text: String) {
        #expect(ByteCount(bytes).defaultValueDescription == text)
    }
}
