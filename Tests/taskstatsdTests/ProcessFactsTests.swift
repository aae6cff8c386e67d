import TaskstatsBroker
import Testing

@testable import taskstatsd

@Suite struct ProcessFactsTests {
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
            Threads:\t3
            CapPrm:\t000001ffffffffff

            """
        return AccessPolicy.ProcessFacts(
            status: Array(change(status).utf8), fileOwner: 7, isInInitialUserNamespace: true)
    }

    @Test func `the facts are parsed from the status of a process`() throws {
        let expected = AccessPolicy.ProcessFacts(
            command: "a b", uids: .init(real: 1000, effective: 1001, saved: 1002),
            gids: .init(real: 100, effective: 101, saved: 102), fileOwner: 7, permittedCapabilities: 0x1ff_ffff_ffff,
            tgid: 812, threads: 3, isInInitialUserNamespace: true)
        #expect(facts() == expected)
    }

    @Test func `starting or ending threads does not change a process; any other difference does`() throws {
        let before = try #require(facts())
        #expect(facts { $0.replacing("Threads:\t3", with: "Threads:\t4") }?.agrees(with: before) ?? false)
        #expect(facts { $0.replacing("Tgid:\t812", with: "Tgid:\t813") }?.agrees(with: before) == false)
        #expect(facts { $0.replacing("\t1002\t", with: "\t0\t") }?.agrees(with: before) == false)
    }

    @Test(arguments: ["Name", "Tgid", "Threads", "Uid", "Gid", "CapPrm"])
    func `a missing field makes all facts nil`(line: String) {
        #expect(facts { $0.replacing("\(line):", with: "Other:") } == nil)
        if line != "Name" { #expect(facts { $0.replacing("\(line):\t", with: "\(line):\t-") } == nil) }
    }

    @Test(arguments: [
        (#"a\nb"#, "a\nb"), (#"a\\nb"#, #"a\nb"#), (#"\\\\"#, #"\\"#), ("", ""), ("\r", "\r"), ("\t:x", "\t:x"),
        ("Uid:\t0\t0\t0\t0", "Uid:\t0\t0\t0\t0"), ("Uid:\t0", "Uid:\t0"), ("\u{FFFD}", "\u{FFFD}"),
    ])
    func `any process name is parsed correctly`(written: String, name: String) throws {
        let facts = try #require(facts { $0.replacing("a b", with: written) })
        #expect(Array(facts.command.utf8) == Array(name.utf8))
        #expect(facts.uids.real == 1000)
    }
}
