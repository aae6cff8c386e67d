import Testing

@testable import Taskstats
@testable import tsctl

/// What doctor makes of buffers, limits and units, and how it all is shown.
@Suite struct SystemCheckTests {
    @Test func `losses are counted by CPU, and mended by larger buffers`() {
        func finding(_ status: DaemonStatus?) -> Finding { BufferCheck(status: status, systemLimit: 4 << 20).finding }
        #expect(
            finding(SampleServer.status(received: [5, 6], lost: [0, 0])).text
                == "8.0 MiB for each CPU; net.core.rmem_max (4.0 MiB) does not limit it; none of 11 records lost")
        let lost = finding(SampleServer.status(received: [5, 6], lost: [0, 4]))
        #expect(lost.verdict == .warning)
        #expect(lost.text == "8.0 MiB for each CPU; 4 of 15 records lost, on CPU 1")
        #expect(lost.fix == "sudo taskstatsd --receive-buffer 16777216 --receive-buffer-max 67108864")
        #expect(finding(SampleServer.ownStatus).verdict == .unknown)
        #expect(finding(nil) == .unknown("receive buffers", "no daemon answers"))
    }

    @Test func `too few open files for the clients is a warning`() {
        let server = SampleServer.handshake(access: .own)
        #expect(
            LimitCheck(server: server, openFiles: 8_192).finding
                == .ok(
                    "limits",
                    "at most 8.0 MiB queued per client, 32 connections, 5000 requests/s, 8192 open files"))
        #expect(LimitCheck(server: server, openFiles: 1_024).finding.verdict == .warning)
        #expect(LimitCheck(server: nil, openFiles: 1_024).finding.verdict == .unknown)
        let limits = """
            Limit                     Soft Limit           Hard Limit           Units
            Max processes             7823                 7823                 processes
            Max open files            1024                 524288               files
            """
        #expect(LimitCheck.openFiles(in: limits) == 1_024)
        #expect(LimitCheck.openFiles(in: "") == nil)
    }

    private func units(_ service: String, _ socket: String, boot: String = "enabled") -> [UnitCheck.Unit] {
        UnitCheck.units(
            shown: """
                Result=exit-code
                Id=taskstatsd.service
                LoadState=\(service == "none" ? "not-found" : "loaded")
                ActiveState=\(service)
                UnitFileState=\(boot)

                Id=taskstats.socket
                LoadState=\(socket == "none" ? "not-found" : "loaded")
                ActiveState=\(socket)
                UnitFileState=\(boot)
                """)
    }

    @Test func `units are judged by what systemd says of them`() {
        func finding(_ units: [UnitCheck.Unit]?, answered: Bool = true) -> Finding {
            UnitCheck(units: units, isAnswered: answered).finding
        }
        #expect(
            finding(units("active", "active")) == .ok("systemd", "taskstatsd.service active, taskstats.socket active"))
        #expect(finding(nil) == .ok("systemd", "systemd does not run here"))
        #expect(finding([]).verdict == .unknown)
        #expect(finding(units("none", "none")).fix == "install the package: sudo apt install ./taskstatsd_*.deb")
        let failed = finding(units("failed", "active"))
        #expect(failed.verdict == .failed)
        #expect(failed.text.hasSuffix("(exit-code)"))
        #expect(failed.fix?.hasPrefix("sudo systemctl restart taskstatsd.service; sudo journalctl") == true)
        #expect(finding(units("inactive", "inactive"), answered: false).verdict == .failed)
        #expect(finding(units("inactive", "inactive")).verdict == .warning)
        #expect(finding(units("inactive", "active")).verdict == .ok, "its socket starts it")
        let start = "sudo systemctl enable --now taskstats.socket taskstatsd.service"
        #expect(finding(units("active", "active", boot: "disabled")).fix == start)
    }

    private let findings = [
        Finding.ok("socket", "there"), .warning("delay accounting", "off", fix: "sudo sysctl"),
        .failed("daemon", "gone", fix: "sudo taskstatsd"),
    ]

    @Test func `each check is a line, with its fix below`() {
        #expect(
            DoctorScreen(findings: findings, style: Style(isOn: false)).lines == [
                "ok       socket            there", "warning  delay accounting  off",
                "                           fix: sudo sysctl", "failed   daemon            gone",
                "                           fix: sudo taskstatsd", "3 checks: 1 ok, 1 warning, 1 failed",
            ])
        #expect(
            DoctorScreen(findings: findings, style: Style(isOn: true)).lines[3].hasPrefix("\u{1b}[31mfailed \u{1b}[0m"))
    }

    @Test func `programs get the same as JSON`() {
        #expect(
            String(decoding: DoctorScreen.json(findings), as: UTF8.self)
                == #"{"ok":1,"warning":1,"failed":1,"unknown":0,"checks":["#
                + #"{"check":"socket","verdict":"ok","text":"there"},"#
                + #"{"check":"delay accounting","verdict":"warning","text":"off","fix":"sudo sysctl"},"#
                + #"{"check":"daemon","verdict":"failed","text":"gone","fix":"sudo taskstatsd"}]}"#)
    }
}
