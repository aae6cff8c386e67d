import Glibc
import TestSupport
import Testing

@testable import TaskstatsModel

@Suite struct GlobPatternTests {
    @Test(arguments: [
        ("", ["": true, "a": false]),
        ("sh", ["sh": true, "bash": false, "shell": false, "SH": false, "": false]),
        ("*", ["": true, "anything": true, "a b\n": true]),
        ("***", ["": true, "abc": true]),
        ("?", ["a": true, "": false, "ab": false]),
        ("??*", ["a": false, "ab": true, "abc": true]),
        ("*?*?*", ["": false, "a": false, "ab": true, "abcdef": true]),
        ("kworker/*", ["kworker/u4:2": true, "kworker": false, "kworker/": true]),
        ("*.so", [".so": true, "x.so": true, "x.so.1": false, "a.so.so": true]),
        ("a*b*c", ["abc": true, "aXbXc": true, "abcbc": true, "acb": false, "ab": false]),
        ("*abab", ["ababab": true, "abab": true, "ababa": false]),
        ("*ab*", ["ab": true, "xaby": true, "a b": false]),
    ])
    func `a pattern matches whole names`(pattern: String, names: [String: Bool]) throws {
        let glob = try #require(GlobPattern(pattern))
        for (name, expected) in names { #expect(glob.matches(Array(name.utf8)) == expected, "\(name)") }
    }

    @Test(arguments: [
        ("[abc]", ["a": true, "b": true, "c": true, "d": false, "": false, "ab": false]),
        ("[a-c]x", ["ax": true, "bx": true, "cx": true, "dx": false, "-x": false]),
        ("[!x]", ["x": false, "y": true, "": false, "!": true]),
        ("[^x]", ["x": false, "y": true, "^": true]),
        ("[!a-c0-9]", ["b": false, "5": false, "d": true]),
        ("[x!]", ["!": true, "x": true, "y": false]),
        ("[x^]", ["^": true, "x": true, "y": false]),
        ("[]a]", ["]": true, "a": true, "b": false, "[": false]),
        ("[!]a]", ["]": false, "a": false, "b": true]),
        ("[]]", ["]": true, "[": false]),
        ("[!]]", ["]": false, "[": true]),
        ("[[]", ["[": true, "]": false]),
        ("[]-a]", ["]": true, "_": true, "a": true, "b": false, "-": false]),
        ("[-a]", ["-": true, "a": true, "b": false]),
        ("[a-]", ["-": true, "a": true, "b": false]),
        ("[!-]", ["-": false, "a": true]),
        ("[a-a]", ["a": true, "-": false]),
        ("[a-cx-z]", ["b": true, "y": true, "m": false, "-": false]),
        ("[*?]", ["*": true, "?": true, "a": false]),
        ("[a]]", ["a]": true, "a": false, "]": false]),
        ("a]", ["a]": true]),
        ("*[0-9]", ["cpu0": true, "cpu": false, "0x": false]),
    ])
    func `brackets match one character of a set`(pattern: String, names: [String: Bool]) throws {
        let glob = try #require(GlobPattern(pattern))
        for (name, expected) in names { #expect(glob.matches(Array(name.utf8)) == expected, "\(name)") }
    }

    @Test(arguments: [
        (#"\*"#, ["*": true, "a": false, #"\*"#: false]),
        (#"\?"#, ["?": true, "a": false]),
        (#"\["#, ["[": true]),
        (#"\[a\]"#, ["[a]": true, "a": false]),
        (#"\\"#, [#"\"#: true, #"\\"#: false]),
        (#"\a"#, ["a": true, #"\a"#: false]),
        (#"*\*"#, ["*": true, "a*": true, "*a": false]),
        (#"[\]a]"#, ["]": true, "a": true, #"\"#: false]),
        (#"[\\]"#, [#"\"#: true, "a": false]),
        (#"[\!a]"#, ["!": true, "a": true, "b": false]),
        (#"[a\-c]"#, ["-": true, "a": true, "c": true, "b": false]),
        (#"[a-\c]"#, ["b": true, "d": false, "-": false]),
    ])
    func `a backslash makes a character literal`(pattern: String, names: [String: Bool]) throws {
        let glob = try #require(GlobPattern(pattern))
        for (name, expected) in names { #expect(glob.matches(Array(name.utf8)) == expected, "\(name)") }
    }

    @Test(arguments: [
        "[", "[a", "[]", "[!", "[!]", "[^]", "abc[", "[a-", "[]a", "[[", #"\"#, #"abc\"#, #"[\]"#, #"[a\"#,
        #"[a-\"#, "[b-a]", "[a-c-b-][",
    ])
    func `a malformed pattern is refused`(pattern: String) {
        #expect(GlobPattern(pattern) == nil)
    }

    @Test func `a pattern works on bytes, whatever their encoding`() throws {
        let anyOne = try #require(GlobPattern("?"))
        #expect(anyOne.matches([0xff]))
        #expect(!anyOne.matches(Array("ü".utf8)))
        #expect(try #require(GlobPattern("sch*sel")).matches(Array("schlüssel".utf8)))
        #expect(try #require(GlobPattern("ü")).matches([0xc3, 0xbc]))
        #expect(try #require(GlobPattern("[!a]")).matches([0x80]))
    }

    @Test func `a pattern keeps its text and compares by it`() throws {
        let pattern = try #require(GlobPattern("[a-z]*"))
        #expect(pattern.text == "[a-z]*")
        #expect(pattern == GlobPattern("[a-z]*"))
        #expect(pattern != GlobPattern("[a-y]*"))
    }

    @Test func `runs of stars on a name that never matches take negligible time`() throws {
        let begun = Self.processorSeconds
        let name = [UInt8](repeating: 0x61, count: 2_000)
        for pattern in [String(repeating: "*a", count: 500), String(repeating: "a*", count: 500), "*a*a*a*a*a*a*a*a"] {
            #expect(try #require(GlobPattern(pattern)).matches(name))
            #expect(!(try #require(GlobPattern(pattern + "b")).matches(name)))
        }
        #expect(Self.processorSeconds - begun < 10)
    }

    /// The time of this thread, which excludes other activity.
    private static var processorSeconds: Double {
        var time = timespec()
        unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    @Test(arguments: [(#"abc**??[[]]!^-\"#, #"aabbc[]!^-\*?"#), ("aabb**?", "aab"), ("a**[]!-b", "ab-")])
    func `patterns have the meaning of fnmatch(3)`(alphabet: String, letters: String) {
        var generator = SeededGenerator(seed: 2026)
        var (compared, matched) = (0, 0)
        for _ in 0..<20_000 {
            let pattern = generator.text(of: alphabet, upTo: 9)
            let name = generator.text(of: letters, upTo: 7)
            guard let glob = GlobPattern(pattern) else { continue }
            let expected = unsafe fnmatch(pattern, name, 0) == 0
            #expect(glob.matches(Array(name.utf8)) == expected, "\(pattern) on \(name)")
            compared += 1
            matched += expected ? 1 : 0
        }
        #expect(compared > 5_000)
        #expect(matched > 500)
    }
}
