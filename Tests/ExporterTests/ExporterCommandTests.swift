import TestSupport
import Testing

@Suite struct ExporterCommandTests {
    private func exporter(_ arguments: [String]) throws -> ChildProcess.Result {
        try ChildProcess(ChildProcess.product("taskstats-exporter"), arguments).finish()
    }

    @Test(arguments: [
        (["--by", "pid"], "--by"), (["--max-groups", "0"], "--max-groups must be from 1 to 100000"),
        (["--listen", "9811"], "--listen must be a host and a port"),
        (["--interval", "5"], "--interval requires --textfile"),
        (["--textfile", "x", "--interval", "0"], "--interval must be from 1s to 1d"),
        (["--idle-time", "3"] + ["--unknown"], "--unknown"),
    ])
    func `wrong usage has status 64 and names the option`(arguments: [String], text: String) throws {
        let run = try exporter(arguments)
        #expect(run.status == 64)
        #expect(run.errors.contains(text), "\(run.errors)")
    }

    @Test func `an address in use has status 1 and says what to do`() throws {
        let daemon = try FakeDaemon { peer in try peer.sendHello() }
        let first = try ListeningPort()
        let run = try exporter(["--socket", daemon.path, "--listen", "127.0.0.1:\(first.port)"])
        #expect(run.status == 1)
        let line =
            "taskstats-exporter: cannot listen on 127.0.0.1:\(first.port): Address already in use "
            + "(choose another --listen address)\n"
        #expect(run.errors.hasSuffix(line), "\(run.errors)")
    }

    @Test func `a file that cannot be written has status 1 and says why`() throws {
        let directory = try TemporaryDirectory()
        let run = try exporter(["--socket", directory.file("none"), "--textfile", "/proc/none/x"])
        #expect(run.status == 1)
        #expect(run.errors.hasSuffix("taskstats-exporter: cannot write /proc/none/x: No such file or directory\n"))
    }
}
