import Glibc
import TestSupport
import Testing

extension SystemTests {
    @Suite("contrib/install")
    struct InstallTests {
        private static let script =
            #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" } + "/contrib/install"

        @Test("It puts everything under PREFIX below DESTDIR, the unit names the program there, and it removes it all")
        func installs() throws {
            let programs = try ChildProcess.product("tsctl").split(separator: "/").dropLast()
            let root = try Host.run(["mktemp", "-d"]).output.filter { $0 != "\n" }
            defer { _ = try? Host.run(["rm", "-r", root]) }
            let command = [
                "env", "DESTDIR=\(root)", "PREFIX=/usr", "BUILD=/" + programs.joined(separator: "/"), Self.script,
            ]

            let install = try Host.run(command)
            #expect(install.status == 0, "\(install.errors)")
            #expect(install.output == "")
            let installed = try Host.run(["find", root, "-type", "f", "-printf", "%m %P\n"]).output
            for file in [
                "755 usr/sbin/taskstatsd", "755 usr/bin/tsctl", "644 usr/lib/systemd/system/taskstats.socket",
                "644 usr/share/man/man1/tsctl.1", "644 usr/share/man/man8/taskstatsd.8",
                "644 usr/share/man/man7/taskstats-protocol.7", "644 usr/share/bash-completion/completions/tsctl",
                "644 usr/share/zsh/site-functions/_tsctl", "644 usr/share/fish/vendor_completions.d/tsctl.fish",
                "644 usr/lib/sysusers.d/taskstats.conf", "644 usr/lib/systemd/system/taskstatsd.service",
            ] {
                #expect(installed.split(separator: "\n").contains { $0 == file }, "\(file)")
            }
            let unit = try Host.text(root + "/usr/lib/systemd/system/taskstatsd.service")
            #expect(unit.contains("\nExecStart=/usr/sbin/taskstatsd\n"))

            #expect(try Host.run(command + ["--uninstall"]).status == 0)
            #expect(try Host.run(["find", root, "-type", "f"]).output == "")
        }

        @Test("What is not built, and what it does not know, is an error that says what to do")
        func refuses() throws {
            let missing = try Host.run(["env", "BUILD=/nonexistent", Self.script])
            #expect(missing.status == 1)
            #expect(missing.errors.contains("build it: swift build"))
            #expect(try Host.run([Self.script, "--nonsense"]).status == 64)
        }
    }
}
