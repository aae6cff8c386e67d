import TestSupport
import Testing

@testable import TaskstatsProtocol

@Suite struct LineFramerTests {
    /// The items of a stream, as returned by the framer.
    enum Framed: Equatable {
        case line([UInt8])
        case tooLong
    }

    /// Feeds a stream in pieces of the given sizes and collects the returned items.
    private func tell(_ stream: [UInt8], limit: Int, pieces: () -> Int) -> [Framed] {
        var framer = LineFramer(limit: limit)
        var rest = stream[...]
        var told: [Framed] = []
        while !rest.isEmpty {
            framer.fill(from: &rest, atMost: max(1, pieces()))
            told += drain(&framer)
            #expect(framer.pendingBytes <= limit + 1)
        }
        return told
    }

    private func drain(_ framer: inout LineFramer) -> [Framed] {
        var told: [Framed] = []
        while true {
            switch framer.next() {
            case .line(let line): told.append(.line(line))
            case .tooLong: told.append(.tooLong)
            case .incomplete: return told
            }
        }
    }

    private func tell(_ stream: String, limit: Int = 8) -> [Framed] {
        let whole = tell(Array(stream.utf8), limit: limit) { .max }
        let single = tell(Array(stream.utf8), limit: limit) { 1 }
        #expect(whole == single, "the same lines whether the stream comes at once or byte by byte")
        return whole
    }

    private func line(_ text: String) -> Framed { .line(Array(text.utf8)) }

    @Test func `lines come without their ends`() {
        #expect(tell("one\ntwo\r\nthree\n") == [line("one"), line("two"), line("three")])
    }

    @Test func `an unfinished line is not returned`() {
        #expect(tell("one\ntw") == [line("one")])
        #expect(tell("one\r") == [])
    }

    @Test func `empty lines are lines`() {
        #expect(tell("\n\r\n\n") == [line(""), line(""), line("")])
    }

    @Test func `only one carriage return belongs to the end`() {
        #expect(tell("a\r\r\n\rb\n") == [line("a\r"), line("\rb")])
    }

    @Test func `a line of exactly the limit passes, whatever its end`() {
        #expect(tell("12345678\n12345678\r\n") == [line("12345678"), line("12345678")])
    }

    @Test func `one byte more is too long, whatever the line's end`() {
        #expect(tell("123456789\nok\n") == [.tooLong, line("ok")])
        #expect(tell("123456789\r\nok\n") == [.tooLong, line("ok")])
        #expect(tell("12345678\r\r\nok\n") == [.tooLong, line("ok")])
    }

    @Test func `a line that is far too long is reported once, and the next line is complete`() {
        let long = String(repeating: "x", count: 1_000)
        #expect(
            tell("a\n\(long)\nb\n\(long)\r\n\(long)\nc\n") == [
                line("a"), .tooLong, line("b"), .tooLong, .tooLong, line("c"),
            ])
    }

    @Test func `a line that is too long is reported before it ends`() {
        var framer = LineFramer(limit: 8)
        var rest = Array("1234567890".utf8)[...]
        framer.fill(from: &rest)
        #expect(drain(&framer) == [.tooLong])
        #expect(framer.pendingBytes == 0)
        for _ in 0..<1_000 {
            var more = [UInt8](repeating: 0x78, count: 18)[...]
            framer.fill(from: &more)
            #expect(more.isEmpty, "discarding makes room for a whole buffer again")
            #expect(drain(&framer) == [])
            #expect(framer.pendingBytes == 0)
        }
        rest = Array("\nok\n".utf8)[...]
        framer.fill(from: &rest)
        #expect(drain(&framer) == [line("ok")])
    }

    @Test func `there is always room for more after the lines are taken out`() {
        var framer = LineFramer(limit: 8)
        for count in 0...9 {
            var rest = [UInt8](repeating: 0x78, count: count)[...]
            framer.fill(from: &rest)
            #expect(drain(&framer) == [])
            var end = [0x0a as UInt8][...]
            framer.fill(from: &end)
            #expect(end.isEmpty)
            _ = drain(&framer)
        }
    }

    @Test func `without room nothing is read, and no end of the stream is reported`() {
        var framer = LineFramer(limit: 8)
        var rest = Array("a\nb\nc\nd\ne\nf\ng\nh\ni\n".utf8)[...]
        framer.fill(from: &rest)
        #expect(rest.isEmpty)
        unsafe framer.fill { _ in
            Issue.record("a reader was given no room")
            return 0
        }
        #expect(drain(&framer).count == 9)
        rest = Array("j\n".utf8)[...]
        framer.fill(from: &rest)
        #expect(drain(&framer) == [line("j")])
    }

    @Test func `the limit of the protocol covers its longest line`() {
        let longest = [UInt8](repeating: 0x78, count: ProtocolLimits.requestBytes)
        let told = tell(longest + [0x0d, 0x0a] + longest + [0x78, 0x0a, 0x0a], limit: ProtocolLimits.requestBytes) {
            4_096
        }
        #expect(told == [.line(longest), .tooLong, line("")])
    }

    @Test(arguments: SeededGenerator.seeds)
    func `the lines of a stream do not depend on how it is split`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<300 {
            let limit = Int.random(in: 1...40, using: &generator)
            let alphabet = Array("ab\r\r\n\n".utf8) + (generator.chance(50) ? Array("cdefghijklmnop".utf8) : [])
            let stream = (0..<400).map { _ in alphabet.randomElement(using: &generator) ?? 0x0a }
            let told = tell(stream, limit: limit) { Int.random(in: 1...30, using: &generator) }
            #expect(told == reference(stream, limit: limit))
        }
    }

    /// Returns the lines of a stream by splitting it as a whole.
    private func reference(_ stream: [UInt8], limit: Int) -> [Framed] {
        var parts = stream.split(separator: 0x0a, omittingEmptySubsequences: false).map(Array.init)
        let unfinished = parts.removeLast()
        var told = parts.map { part in
            let line = part.last == 0x0d ? Array(part.dropLast()) : part
            return line.count > limit ? Framed.tooLong : .line(line)
        }
        // An unfinished line is certainly too long when even a carriage return at its end would not help.
        if unfinished.count > limit + 1 { told.append(.tooLong) }
        return told
    }

    @Test func `memory is held only for bytes of an unfinished line`() throws {
        var framer = LineFramer(limit: 8)
        #expect(framer.memoryBytes == 0)
        var rest = Array("one\ntw".utf8)[...]
        framer.fill(from: &rest)
        #expect(drain(&framer) == [line("one")])
        #expect(framer.memoryBytes == 18)
        rest = Array("o\n".utf8)[...]
        framer.fill(from: &rest)
        let next = unsafe framer.next({ unsafe String(decoding: $0, as: UTF8.self) })
        guard case .line("two") = next else { throw UnexpectedValue(next) }
        #expect(framer.memoryBytes == 0, "a third line was not requested")
        rest = Array("0123456789".utf8)[...]
        framer.fill(from: &rest)
        #expect(drain(&framer) == [.tooLong])
        #expect(framer.memoryBytes == 0)
    }
}
