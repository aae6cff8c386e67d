import CommandSupport
import Testing

@testable import tsctl

@Suite struct PrintableTextTests {
    @Test(arguments: [
        ("git", "git"), ("a b", "a b"), ("\u{1b}[31m", "\\x1b[31m"), ("a\nb\r", "a\\x0ab\\x0d"), ("\u{7f}", "\\x7f"),
        ("\u{9b}2J", "\\x9b2J"), ("\u{202e}abc", "\\u{202e}abc"), ("\u{2028}", "\\u{2028}"), ("日本語", "日本語"),
        ("\u{fffd}", "\u{fffd}"), ("\u{200d}", "\\u{200d}"), ("", ""),
    ])
    func `nothing that a terminal obeys gets through`(text: String, shown: String) {
        #expect(PrintableText.of(text) == shown)
    }

    @Test(arguments: [
        (Array("git".utf8), "git"), (Array("a\u{1b}b".utf8), "a\\x1bb"), (Array(#"a\x1bb"#.utf8), #"a\\x1bb"#),
        ([0xe9, 0x74, 0xe9], "\\xe9t\\xe9"), ([0xe8, 0x74, 0xe8], "\\xe8t\\xe8"), (Array("日本é".utf8), "日本é"),
        ([0xe6, 0x97], "\\xe6\\x97"), ([0xc0, 0x80, 0xff], "\\xc0\\x80\\xff"), (Array("\u{fffd}".utf8), "\u{fffd}"),
        ([], ""),
    ])
    func `different names of processes are different texts`(name: [UInt8], shown: String) {
        #expect(PrintableText.of(name: name) == shown)
    }

    @Test(arguments: [("abc", 3), ("日本", 4), ("e\u{301}", 1), ("é", 1), ("", 0)])
    func `width is counted in columns`(text: String, width: Int) {
        #expect(PrintableText.width(text) == width)
    }

    @Test(arguments: [("abcd", 4, "abcd"), ("abcde", 4, "abc+"), ("日本語", 4, "日+"), ("日本", 4, "日本")])
    func `what is too wide is cut and marked`(text: String, columns: Int, cut: String) {
        #expect(PrintableText.cut(text, to: columns) == cut)
    }
}
