import Testing

@testable import Taskstats
@testable import tsctl

/// What doctor makes of the kernel: how it was built, what it counts, and where this process is in it.
@Suite struct KernelCheckTests {
    private func finding(_ name: String, configured: Bool?, evidence: String? = nil) throws -> Finding {
        KernelOptionCheck(
            option: try #require(KernelOptionCheck.options.first { $0.name == name }), configured: configured,
            source: configured == nil ? nil : "/proc/config.gz", evidence: evidence
        ).finding
    }

    @Test func `an option that is built in is well, also where only its traces show it`() throws {
        #expect(try finding("PSI", configured: true) == .ok("PSI", "on: /proc/config.gz"))
        #expect(try finding("PSI", configured: nil, evidence: "/proc/pressure") == .ok("PSI", "on: /proc/pressure"))
    }

    @Test func `without taskstats nothing works, without others something is missing`() throws {
        let vital = try finding("TASKSTATS", configured: false)
        #expect(vital.verdict == .failed)
        #expect(vital.fix == "boot a kernel with CONFIG_TASKSTATS=y")
        let other = try finding("IRQ_TIME_ACCOUNTING", configured: false)
        #expect(other.verdict == .warning)
        #expect(other.text == "off (/proc/config.gz): irq_count and irq_delay_* read 0")
    }

    @Test func `what cannot be read is unknown, not missing`() throws {
        #expect(try finding("TASKSTATS", configured: nil).verdict == .unknown)
    }

    @Test func `a configuration is read line by line`() throws {
        let text = """
            # Linux/x86 6.18.44 Kernel Configuration
            CONFIG_TASKSTATS=y
            # CONFIG_PSI is not set
            CONFIG_ZRAM=m
            CONFIG_TASK_XACCT=n
            CONFIG_PSI_DEFAULT_DISABLED=y
            CONFIG_LOCALVERSION="-y"
            """
        let configuration = try #require(KernelConfiguration(source: "/boot/config", text: text))
        #expect(["TASKSTATS", "ZRAM"].allSatisfy(configuration.has))
        #expect(!["PSI", "TASK_XACCT", "TASK", "LOCALVERSION"].contains(where: configuration.has))
        #expect(KernelConfiguration(source: "/boot/config", text: "gzip: broken") == nil)
    }

    @Test func `a newer struct than known, and one without ends of processes, are warnings`() {
        func finding(_ version: Int) -> Finding {
            KernelCheck(release: "6.18.44", server: SampleServer.handshake(version: version)).finding
        }
        #expect(finding(17) == .ok("kernel", "6.18.44, struct taskstats version 17"))
        #expect(finding(18).fix == "install a newer taskstatsd")
        #expect(finding(11).text.contains("--scope process is not available"))
        #expect(finding(12).verdict == .ok)
        #expect(KernelCheck(release: "6.18.44", server: nil).finding.verdict == .unknown)
    }

    @Test func `delay accounting that is off is a warning with the command that turns it on`() {
        #expect(DelayAccountingCheck(value: "1").finding.verdict == .ok)
        #expect(DelayAccountingCheck(value: nil).finding.verdict == .unknown)
        let off = DelayAccountingCheck(value: "0").finding
        #expect(off.verdict == .warning)
        #expect(off.fix == "sudo sysctl kernel.task_delayacct=1")
    }

    @Test(
        arguments: [
            (NamespaceCheck.Kind.pid, "pid:[4026531836]", nil, Verdict.ok),
            (.pid, "pid:[4026532200]", nil, .failed), (.user, "user:[4026531837]", nil, .ok),
            (.user, "user:[4026532200]", nil, .warning), (.net, "net:[4026531833]", nil, .ok),
            (.net, "net:[4026531992]", "net:[4026531992]", .ok),
            (.net, "net:[4026532200]", "net:[4026531992]", .warning),
            (.net, "net:[4026531992]", nil, .unknown), (.pid, nil, nil, .unknown),
        ] as [(NamespaceCheck.Kind, String?, String?, Verdict)])
    func `a namespace is the initial one, or not, or unknown`(
        kind: NamespaceCheck.Kind, own: String?, ofProcess1: String?, verdict: Verdict
    ) {
        #expect(NamespaceCheck(kind: kind, own: own, ofProcess1: ofProcess1).finding.verdict == verdict)
    }
}
