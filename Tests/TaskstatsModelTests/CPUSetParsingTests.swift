import Glibc
import Testing

@testable import TaskstatsModel

@Suite struct CPUSetParsingTests {
    private static let possible = CPUSet(0...31)

    @Test(arguments: [
        ("0", "0"), ("0-3", "0-3"), ("0-3,8", "0-3,8"), ("8,0-3", "0-3,8"), ("5-5", "5"), ("007", "7"),
        ("0-31:2/4", "0-1,4-5,8-9,12-13,16-17,20-21,24-25,28-29"), ("1-10:1/3", "1,4,7,10"), ("0-7:4/4", "0-7"),
        ("0-7:8/8", "0-7"), ("0-3:2/100", "0-1"), ("2-3:1/4294967295", "2"), ("0-0:1/1", "0"),
        ("all", "0-31"), ("ALL", "0-31"), ("aLl", "0-31"),
        ("all:1/2", "0,2,4,6,8,10,12,14,16,18,20,22,24,26,28,30"),
        ("N", "31"), ("0-N", "0-31"), ("N-N", "31"), ("30-N", "30-31"), ("0-N:1/8", "0,8,16,24"),
        ("0-N:N/N", "0-31"), ("0-N:1/N", "0,31"), ("0,all", "0-31"), ("0-3:0/2,5", "5"),
    ])
    func `a list has the kernel's meaning`(text: String, expected: String) throws {
        #expect(try CPUSet(parsing: text, possible: Self.possible).description == expected)
    }

    @Test(arguments: [
        "1,2,3", "1 2 3", "1\t2\t3", "1\n2\n3\n", ",,1,,2,,3,,", "  1 ,\t2\r\n,3 \u{b}\u{c}", "3,2,1", "1-3",
        "1-2,2-3", "1,1,2,2,3,3,1-3", "\n1-3",
    ])
    func `any number of commas and white space separates parts`(text: String) throws {
        #expect(try CPUSet(parsing: text, possible: Self.possible).description == "1-3")
    }

    @Test(arguments: [
        "0", "99999999", "18446744073709551616", "5-N", "N-3", "0-N:N/3", "3-N:N/5", "0-3:0/N", "all", "0-3:0/4",
    ])
    func `a text that is a list of CPUs on some machine has no syntax error`(text: String) throws {
        try CPUSet.checkSyntax(of: text)
    }

    @Test(arguments: ["", ",", "x", "5-3", "0-3:4/2", "0-3:1/0", "0-3:1/4294967296", "N-", "0-N:1", "99999999,x"])
    func `a text that is a list of CPUs on no machine has a syntax error`(text: String) {
        #expect(throws: CPUSet.ParsingError.self) { try CPUSet.checkSyntax(of: text) }
        #expect(throws: CPUSet.ParsingError.self) { try CPUSet(parsing: text, possible: Self.possible) }
    }

    @Test(arguments: ["", " ", ",", ",,, \t\n", "0-31:0/1", "0-3:0/4,5-6:0/1"])
    func `a list without a CPU is refused`(text: String) {
        #expect(throws: CPUSet.ParsingError.empty) { try CPUSet(parsing: text, possible: Self.possible) }
    }

    @Test(arguments: [
        "x", "-", "-1", "+1", "1-", "1--2", "1-2-3", "1:", "1:1/2", "1-2:", "1-2:1", "1-2:1/", "1-2:/2",
        "1-2:1/2/3",
        "1-2:1-2", "al", "allx", "all-3", "all:", "allall", "n", "0-n", "NN", "N1", "1N", "0x1", "1.5",
        "1;2",
        "0-3:1/2N", "none", "٣", "1\u{0}", "é",
    ])
    func `a syntax error is refused with its part`(text: String) {
        #expect(throws: CPUSet.ParsingError.syntax(part: text)) {
            try CPUSet(parsing: text, possible: Self.possible)
        }
    }

    @Test(arguments: ["0-3,%,8", " % ", "1\t%\n2", "all,%,%%"])
    func `an error has the one invalid part`(list: String) {
        #expect(throws: CPUSet.ParsingError.syntax(part: "%")) { try CPUSet(parsing: list, possible: Self.possible) }
    }

    @Test(arguments: ["3-1", "N-0", "3-1:1/2", "99999999999999999999-5"])
    func `a range must not end before it starts`(text: String) {
        #expect(throws: CPUSet.ParsingError.reversedRange(part: text)) {
            try CPUSet(parsing: text, possible: Self.possible)
        }
    }

    @Test(arguments: [
        "0-3:1/0", "0-3:0/0", "0-3:3/2", "all:2/1", "0-3:1/4294967296", "0-3:1/99999999999999999999",
        "0-3:99999999999999999999/99999999999999999999", "0-3:N/4",
    ])
    func `a pattern must use no more than a valid group`(text: String) {
        #expect(throws: CPUSet.ParsingError.badPattern(part: text)) {
            try CPUSet(parsing: text, possible: Self.possible)
        }
    }

    @Test(
        arguments: [
            ("32", 32), ("0-32", 32), ("0-32:1/64", 32), ("65535", 65_535), ("65536", 65_536),
            ("0-4294967296", 4_294_967_296), ("9223372036854775807", .max), ("9223372036854775808", .max),
            ("0-99999999999999999999999999", .max),
        ] as [(String, Int)])
    func `a CPU that is not possible is refused`(text: String, cpu: Int) {
        #expect(throws: CPUSet.ParsingError.notPossible(cpu: cpu, part: text, possible: Self.possible)) {
            try CPUSet(parsing: "0,\(text)", possible: Self.possible)
        }
    }

    @Test func `on a machine with holes, "all" leaves them out and nothing else may include them`() throws {
        let possible = CPUSet([0, 1, 4, 6])
        #expect(try CPUSet(parsing: "all", possible: possible) == possible)
        #expect(try CPUSet(parsing: "ALL:1/2", possible: possible) == CPUSet([0, 4, 6]))
        #expect(try CPUSet(parsing: "N", possible: possible) == CPUSet([6]))
        #expect(try CPUSet(parsing: "0-N:1/2,1", possible: CPUSet([0, 1, 2, 4, 6])) == CPUSet([0, 1, 2, 4, 6]))
        for (text, cpu) in [("2", 2), ("0-4", 2), ("4-N", 5), ("0-7:1/4", 7), ("99999999999999999999", .max)] {
            #expect(throws: CPUSet.ParsingError.notPossible(cpu: cpu, part: text, possible: possible)) {
                try CPUSet(parsing: text, possible: possible)
            }
        }
    }

    @Test func `a machine without known CPUs has none`() {
        #expect(throws: CPUSet.ParsingError.empty) { try CPUSet(parsing: "all", possible: CPUSet()) }
        for (text, cpu) in [("0", 0), ("N", 0), ("5", 5), ("0-99999999999999999999:0/1", Int.max)] {
            #expect(throws: CPUSet.ParsingError.notPossible(cpu: cpu, part: text, possible: CPUSet())) {
                try CPUSet(parsing: text, possible: CPUSet())
            }
        }
    }

    @Test(arguments: ["0", "N", "all", "0-N", "0-0:1/9", "N-N"])
    func `a machine with one CPU is "0" in any notation`(text: String) throws {
        #expect(try CPUSet(parsing: text, possible: CPUSet([0])) == CPUSet([0]))
    }

    /// Walking through the CPUs of each part takes minutes in a debug build.
    @Test func `on the largest machine a list as long as a line is parsed quickly, whatever its patterns`() throws {
        let largest = CPUSet(0..<8_192)
        let line = String(repeating: "1-N:1/2,", count: 8_192)
        let limit = Duration.seconds(10)
        let begun = Self.threadTime
        #expect(try CPUSet(parsing: line, possible: largest).count == 4_096)
        let elapsed = Self.threadTime - begun
        #expect(elapsed < limit)
    }

    /// The CPU time of this thread, which excludes other activity of the machine.
    private static var threadTime: Duration {
        var time = timespec()
        unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    @Test func `a list from the kernel may be empty and does not depend on the machine`() throws {
        #expect(try CPUSet(kernelList: "\n").isEmpty)
        #expect(try CPUSet(kernelList: "").isEmpty)
        #expect(try CPUSet(kernelList: "0-3,8-11\n").description == "0-3,8-11")
        #expect(try CPUSet(kernelList: "65535").last == 65_535)
        for text in ["65536", "0-99999999999999999999", "?"] {
            #expect(throws: CPUSet.ParsingError.syntax(part: text)) { try CPUSet(kernelList: text) }
        }
        #expect(throws: CPUSet.ParsingError.reversedRange(part: "3-1")) { try CPUSet(kernelList: "3-1") }
    }

    @Test(arguments: [
        ("", "the list contains no CPU"),
        ("0,1-,2", "'1-' is not a CPU, a range like 0-3, a pattern like 0-31:2/4, N or all"),
        ("0,3-1", "'3-1' ends before it starts"),
        ("0-3:1/0", "'0-3:1/0' has an invalid group: 0, too large, or smaller than the number of CPUs used"),
        ("1,0-9", "'0-9' includes CPU 9; possible CPUs: 0-1,4"),
        ("0-4", "'0-4' includes CPU 2; possible CPUs: 0-1,4"),
        (
            "99999999999999999999",
            "'99999999999999999999' includes a CPU number that is too large; possible CPUs: 0-1,4"
        ),
    ])
    func `an error describes the problem and its position`(text: String, expected: String) throws {
        let error = #expect(throws: CPUSet.ParsingError.self) {
            try CPUSet(parsing: text, possible: CPUSet([0, 1, 4]))
        }
        #expect(error?.description == expected)
    }
}
