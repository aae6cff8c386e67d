import TestSupport
import Testing

@testable import TaskstatsProtocol

@Suite struct JSONCursorTests {
    @Test(arguments: SeededGenerator.seeds)
    func `random texts have the same content for the cursor and for jansson`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<500 {
            let text = RandomJSON.text(depth: 5, using: &generator)
            let expected = JSONTree(try JSONDocument.read(text))
            let read = try JSONCursor.walk(text) { cursor in
                let tree = try JSONTree(reading: &cursor)
                #expect(cursor.peek() == nil, "the whole text was read")
                return tree
            }
            #expect(read == expected, "\(text)")
        }
    }

    @Test(arguments: SeededGenerator.seeds)
    func `a skip covers exactly one value`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<500 {
            let text = RandomJSON.text(depth: 5, using: &generator)
            let skipped = try JSONCursor.walk("[\(text),7]") { cursor in
                try cursor.expect(UInt8(ascii: "["))
                let skipped = try unsafe String(decoding: cursor.skip(), as: UTF8.self)
                try cursor.expect(UInt8(ascii: ","))
                #expect(try cursor.unsigned() == 7)
                return skipped
            }
            #expect(JSONTree(try JSONDocument.read(skipped)) == JSONTree(try JSONDocument.read(text)))
        }
    }

    @Test(arguments: SeededGenerator.seeds)
    func `broken texts never crash the cursor`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<2_000 {
            var bytes = Array(RandomJSON.text(depth: 4, using: &generator).utf8)
            for _ in 0..<Int.random(in: 1...3, using: &generator) where !bytes.isEmpty {
                let index = Int.random(in: 0..<bytes.count, using: &generator)
                switch UInt8.random(in: 0..<3, using: &generator) {
                case 0: bytes.remove(at: index)
                case 1: bytes[index] = Array("\"\\{}[],:-0u".utf8).randomElement(using: &generator) ?? 0
                default: bytes.removeLast(bytes.count - index)
                }
            }
            let text = String(decoding: bytes, as: UTF8.self)
            _ = try? JSONCursor.walk(text) { try JSONTree(reading: &$0) }
            _ = try? JSONCursor.walk(text) { _ = try unsafe $0.skip() }
        }
    }

    @Test(
        arguments: [
            ("0", 0), ("18446744073709551615", .max), (" 9223372036854775808 ", 1 << 63),
            ("00000000000000000000000007", 7),
        ] as [(String, UInt64)])
    func `unsigned integers use all 64 bits`(text: String, value: UInt64) throws {
        #expect(try JSONCursor.walk(text) { try $0.unsigned() } == value)
    }

    @Test(arguments: ["18446744073709551616", "99999999999999999999", "100000000000000000000", "", "-1", "x", "\"1\""])
    func `anything but an unsigned integer of 64 bits is refused`(text: String) {
        #expect(throws: JSONCursor.Mismatch.self) { try JSONCursor.walk(text) { try $0.unsigned() } }
    }

    @Test func `signed integers use all 64 bits, and no more`() throws {
        #expect(try JSONCursor.walk("-9223372036854775808") { try $0.signed() } == .min)
        #expect(try JSONCursor.walk("9223372036854775807") { try $0.signed() } == .max)
        for text in ["9223372036854775808", "-9223372036854775809", "-", "--1"] {
            #expect(throws: JSONCursor.Mismatch.self) { try JSONCursor.walk(text) { try $0.signed() } }
        }
    }

    @Test func `escapes are resolved, and a lone surrogate becomes a replacement character`() throws {
        let text = #""\"\\\/\b\f\n\r\t\u0041\u00e9\ud83e\udd80|\ud83e|\udd80""#
        #expect(try JSONCursor.walk(text) { try $0.string() } == "\"\\/\u{8}\u{c}\n\r\tA\u{e9}🦀|\u{fffd}|\u{fffd}")
    }

    @Test(arguments: [#""\x""#, #""\u12""#, #""\u+123""#, #""\u12g4""#, #""abc"#, #""abc\"#, #""abc\""#, ""])
    func `broken strings are refused`(text: String) {
        #expect(throws: JSONCursor.Mismatch.self) { try JSONCursor.walk(text) { try $0.string() } }
    }
}
