import TaskstatsModel
import Testing

private let digits = String(repeating: "0123456789abcdef", count: 4)

@Suite struct ControlGroupTests {
    private func parse(_ text: String) -> String? { ControlGroup(kernelText: Array(text.utf8))?.path }

    @Test func `the unified hierarchy alone is the whole text, whatever its path contains`() {
        #expect(parse("0::/system.slice/cron.service\n") == "/system.slice/cron.service")
        #expect(parse("0::/a\n0::/b\n") == "/a\n0::/b")
        #expect(parse("0::/gone (deleted)\n") == "/gone")
        #expect(parse("0::/\"quoted\" \\ name\n") == "/\"quoted\" \\ name")
    }

    @Test func `beside other hierarchies that of systemd counts, or else the unified one`() {
        #expect(parse("5:cpu,cpuacct:/x\n1:name=systemd:/system.slice/a.service\n0::/\n") == "/system.slice/a.service")
        #expect(parse("5:cpu,cpuacct:/x\n0::/y\n") == "/y")
        #expect(parse("5:cpu,cpuacct:/x\n") == nil)
    }

    @Test func `a text that a path with a newline could have forged is not used`() {
        #expect(parse("5:cpu:/x\n1:name=systemd:/fake\n1:name=systemd:/system.slice/a.service\n") == nil)
        #expect(parse("5:cpu:/x\nodd\n0::/y\n") == nil)
        #expect(parse("5:cpu:/x\n0::/y\n0::/z\n") == nil)
    }

    @Test func `a text without an end, or without a path, is not used`() {
        for text in ["", "\n", "0::", "0::\n", "0::/a", "0::relative\n", ":::\n"] {
            #expect(parse(text) == nil, "\(text)")
        }
        #expect(parse("0::/" + String(repeating: "x", count: 2_000) + "\n") == nil)
    }

    @Test(arguments: [
        ("/system.slice/nginx.service", "nginx.service"),
        ("/system.slice/nginx.service/worker/1", "nginx.service"),
        ("/system.slice/system-getty.slice/getty@tty1.service", "getty@tty1.service"),
        ("/user.slice/user-1000.slice/session-3.scope", "session-3.scope"),
        ("/user.slice/user-1000.slice/user@1000.service/app.slice/app.service", "user@1000.service/app.service"),
        ("/user.slice/user-1000.slice/user@1000.service/init.scope", "user@1000.service/init.scope"),
        ("/user.slice/user-1000.slice/user@1000.service", "user@1000.service"),
        ("/user.slice/user-1000.slice/user@1000.service/app.slice", "user@1000.service/app.slice"),
        ("/user.slice/user-1000.slice", "user-1000.slice"), ("/init.scope", "init.scope"),
        ("/system.slice/_cpu.service", "cpu.service"), ("/system.slice", "system.slice"),
    ])
    func `the unit is the service or scope, or the innermost slice`(_ path: String, _ unit: String) {
        #expect(ControlGroup(path: path).unit == unit)
    }

    @Test(arguments: ["/", "/docker/\(digits)", "/a/b.service.d"])
    func `there is no unit outside of systemd's groups`(_ path: String) {
        #expect(ControlGroup(path: path).unit == nil)
    }

    @Test(arguments: [
        ("/system.slice/docker-\(digits).scope", digits, Container.Runtime.docker),
        ("/docker/\(digits)", digits, .docker),
        ("/docker/\(digits)/system.slice/cron.service", digits, .docker),
        (
            "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod2f.slice/cri-containerd-\(digits).scope",
            digits,
            .containerd
        ),
        ("/system.slice/nerdctl-\(digits).scope", digits, .containerd),
        ("/kubepods.slice/kubepods-pod2f.slice/crio-\(digits).scope", digits, .crio),
        ("/machine.slice/libpod-\(digits).scope/container", digits, .podman),
        ("/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-\(digits).scope", digits, .podman),
        ("/libpod_parent/libpod-\(digits)", digits, .podman),
        ("/lxc.payload.web/system.slice/nginx.service", "web", .lxc), ("/lxc/web", "web", .lxc),
        ("/machine.slice/systemd-nspawn@debian\\x2dtest.service/payload", "debian-test", .nspawn),
        ("/machine.slice/machine-debian.scope", "debian", .nspawn),
    ])
    func `containers are recognised by the names that their runtimes give`(
        _ path: String, _ id: String, _ runtime: Container.Runtime
    ) {
        #expect(ControlGroup(path: path).container == Container(id: id, runtime: runtime))
    }

    @Test func `a pod without systemd names its container, but not the runtime`() {
        let path = "/kubepods/burstable/pod1c2d/\(digits)"
        #expect(ControlGroup(path: path).container == Container(id: digits, runtime: nil))
    }

    @Test func `the innermost container counts`() {
        let inner = String(digits.reversed())
        let path = "/system.slice/docker-\(digits).scope/docker/\(inner)"
        #expect(ControlGroup(path: path).container?.id == inner)
    }

    @Test(arguments: [
        "/system.slice/docker.service", "/system.slice/docker-abc.scope",
        "/machine.slice/libpod-conmon-\(digits).scope",
        "/kubepods.slice/crio-conmon-\(digits).scope", "/lxc.monitor.web", "/\(digits)",
        "/machine.slice/machine-qemu\\x2d1\\x2dvm.scope", "/system.slice/docker-\(digits.uppercased()).scope",
    ])
    func `other groups are not containers`(_ path: String) { #expect(ControlGroup(path: path).container == nil) }
}

@Suite struct ProcessCommandLineTests {
    private func parse(_ bytes: [UInt8]) -> ProcessCommandLine? { ProcessCommandLine(kernelText: bytes) }

    @Test func `arguments end with NUL, and the last may lack it`() {
        #expect(parse(Array("ls\0-l\0\0".utf8))?.arguments == ["ls", "-l", ""])
        #expect(parse(Array("nginx: worker process".utf8))?.arguments == ["nginx: worker process"])
        #expect(parse([0])?.arguments == [""])
        #expect(parse([]) == nil)
    }

    @Test func `longer texts are cut off and say so`() {
        let long = Array("x".utf8) + [0] + Array(repeating: UInt8(ascii: "y"), count: 8_000)
        let commandLine = parse(Array(long.prefix(ProcessCommandLine.byteLimit + 1)))
        #expect(commandLine?.isTruncated == true && commandLine?.argumentBytes.last?.count == 4_094)
        #expect(parse(Array(long.prefix(ProcessCommandLine.byteLimit)))?.isTruncated == false)
    }
}

@Suite struct OriginFilterTests {
    private let origin = ProcessOrigin(
        commandLine: ProcessCommandLine(["git", "status"]),
        cgroup: ControlGroup(path: "/system.slice/docker-\(digits).scope"), sources: .init())

    private func pattern(_ text: String) -> [GlobPattern]? { GlobPattern(text).map { [$0] } }

    @Test func `every condition on the origin must be satisfied`() {
        #expect(RecordFilter(units: pattern("docker-*"), commandLines: pattern("git st*")).matches(origin))
        #expect(!RecordFilter(units: pattern("docker-*"), commandLines: pattern("git")).matches(origin))
        #expect(RecordFilter(cgroups: pattern("/system.slice/*")).matches(origin))
        #expect(RecordFilter(containers: ["ffff", "0123"]).matches(origin))
        #expect(!RecordFilter(containers: ["123"]).matches(origin))
    }

    @Test func `what is unknown satisfies no condition`() {
        let unknown = ProcessOrigin(sources: .init())
        for filter in [
            RecordFilter(units: pattern("*")), RecordFilter(cgroups: pattern("*")), RecordFilter(containers: ["0"]),
            RecordFilter(commandLines: pattern("*")),
        ] {
            #expect(!filter.matches(unknown) && !filter.matches(nil))
            #expect(filter.requiresOrigin)
        }
        #expect(RecordFilter().matches(nil))
    }

    @Test func `a start satisfies no condition on the end`() {
        let start = ProcessStart(cpu: 0, pid: 5, ppid: 1, uid: 7, commandBytes: Array("git".utf8), origin: origin)
        #expect(RecordFilter(uids: [7], ppids: [1], commands: pattern("g*"), units: pattern("docker*")).matches(start))
        #expect(!RecordFilter(uids: [8]).matches(start))
        #expect(!RecordFilter(exit: .ok).matches(start))
        #expect(!RecordFilter(minElapsed: .zero).matches(start))
    }
}
