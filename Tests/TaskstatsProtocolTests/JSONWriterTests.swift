import TestSupport
import Testing

@testable import TaskstatsProtocol

@Suite struct JSONWriterTests {
    private func written(_ text: String) -> String {
        var writer = JSONWriter()
        writer.string(text)
        let bytes = writer.finish()
        return bytes.text
    }

    @Test func `commas separate keys and elements, and appear nowhere else`() {
        var writer = JSONWriter()
        writer.object { writer in
            writer.field("a", 1)
            writer.key("b")
            writer.array { writer in
                writer.integer(-2)
                writer.object { _ in }
                writer.array { _ in }
                writer.raw("null")
            }
            writer.field("c", ["x", "y"])
            writer.key("d")
            writer.value { $0.append("[7]") }
            writer.field("e", false)
        }
        let bytes = writer.finish()
        #expect(bytes.text == #"{"a":1,"b":[-2,{},[],null],"c":["x","y"],"d":[7],"e":false}"#)
    }

    @Test func `printable ASCII is unchanged, except quotes and backslashes`() {
        #expect(written("a/b c~") == #""a/b c~""#)
        #expect(written(#""\"#) == #""\"\\""#)
    }

    @Test func `control characters and DEL are escaped, so that a line stays one line`() {
        #expect(written("\u{0}\t\n\r\u{1b}[31m\u{7f}\u{9b}") == #""\u0000\u0009\u000a\u000d\u001b[31m\u007f\u009b""#)
    }

    @Test func `characters beyond sixteen bits are written as two surrogates`() {
        #expect(written("🦀") == #""\ud83e\udd80""#)
    }

    @Test func `integers keep all of their digits`() {
        var writer = JSONWriter()
        writer.array { writer in
            writer.integer(UInt64.max)
            writer.integer(Int64.min)
        }
        let bytes = writer.finish()
        #expect(bytes.text == "[18446744073709551615,-9223372036854775808]")
    }

    @Test func `every class of Unicode scalar is written in printable ASCII and parsed by jansson`() throws {
        // The relevant parts of the first planes, and samples of the rest.
        let ranges: [ClosedRange<UInt32>] = [
            0...0x2fff, 0xd700...0xd7ff, 0xe000...0xe0ff, 0xfe00...0x100ff, 0x10ff00...0x10ffff,
        ]
        for range in ranges {
            let text = String(String.UnicodeScalarView(range.compactMap(Unicode.Scalar.init)))
            let json = written(text)
            #expect(json.utf8.allSatisfy { (0x20..<0x7f).contains($0) })
            #expect(json == ReferenceEncoder.string(text))
            let read = try JSONDocument.read(json).string
            #expect(read.map { Array($0.utf8) } == Array(text.utf8))
        }
    }

    @Test(arguments: SeededGenerator.seeds)
    func `random text is written in printable ASCII and parsed by jansson`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<500 {
            let scalars = (0..<20).compactMap { _ in
                Unicode.Scalar(
                    UInt32.random(in: 0..<0x11_0000, using: &generator) >> UInt32.random(in: 0..<17, using: &generator))
            }
            let text = String(String.UnicodeScalarView(scalars))
            let json = written(text)
            #expect(json.utf8.allSatisfy { (0x20..<0x7f).contains($0) })
            let read = try JSONDocument.read(json).string
            #expect(read.map { Array($0.utf8) } == Array(text.utf8))
        }
    }
}
