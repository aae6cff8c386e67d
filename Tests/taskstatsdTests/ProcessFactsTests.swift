import TaskstatsBroker
import Testing

@testable import taskstatsd

@Suite("ProcessFacts")
struct ProcessFactsTests {
    private func facts(_ change: (String) -> String = { $0 }) -> AccessPolicy.ProcessFacts? {
        let status = """
            Name:\ta b
            Umask:\t0022
            State:\tS (sleeping)
            Tgid:\t812
            Ngid:\t0
            Pid:\t813
            Uid:\t1000\t1001\t1002\t1003
            Gid:\t100\t101\t102\t103
            Groups:\t4 27
            CapPrm:\t000001ffffffffff

            """
        return AccessPolicy.ProcessFacts(status: change(status), fileOwner: 7, isInInitialUserNamespace: true)
    }

    @Test("They stand in the status of a process")
    func all() throws {
        let expected = AccessPolicy.ProcessFacts(
            command: "a b", uids: .init(real: 1000, effective: 1001, saved: 1002),
            gids: .init(real: 100, effective: 101, saved: 102), fileOwner: 7, permittedCapabilities: 0x1ff_ffff_ffff,
            tgid: 812, isInInitialUserNamespace: true)
        #expect(facts() == expected)
    }

    @Test("Without one of them there are none", arguments: ["Name", "Tgid", "Uid", "Gid", "CapPrm"])
    func missing(line: String) {
        #expect(facts { $0.replacing("\(line):", with: "Other:") } == nil)
        if line != "Name" { #expect(facts { $0.replacing("\(line):\t", with: "\(line):\t-") } == nil) }
    }

    @Test(
        "The name is what the process is called, whatever that is",
        arguments: [
            (#"a\nb"#, "a\nb"), (#"a\\nb"#, #"a\nb"#), (#"\\\\"#, #"\\"#), ("", ""), ("\r", "\r"), ("\t:x", "\t:x"),
            ("Uid:\t0\t0\t0\t0", "Uid:\t0\t0\t0\t0"), ("Uid:\t0", "Uid:\t0"), ("\u{FFFD}", "\u{FFFD}"),
        ])
    func name(written: String, name: String) throws {
        let facts = try #require(facts { $0.replacing("a b", with: written) })
        #expect(Array(facts.command.utf8) == Array(name.utf8))
        #expect(facts.uids.real == 1000)
    }
}
