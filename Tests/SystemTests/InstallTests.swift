import Glibc
import TestSupport
import Testing

extension SystemTests {
    @Suite struct InstallTests {
        private static let script =
            #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" } + "/contrib/install"

        @Test func `it installs all below DESTDIR and PREFIX, with the path in the unit, and removes it all`() throws {
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
            #expect(unit.contains("\nExecStart=/usr/sbin/taskstatsd --history 32M\n"))
            #expect(!installed.contains("recorder") && !installed.contains("exporter"))

            #expect(try Host.run(command + ["--with-recorder"]).status == 0)
            let recorder = try Host.text(root + "/usr/lib/systemd/system/taskstats-recorder.service")
            #expect(recorder.contains("\nExecStart=/usr/bin/tsctl record --directory /var/lib/taskstats "))
            #expect(Host.exists(root + "/usr/lib/sysusers.d/taskstats-recorder.conf"))

            #expect(try Host.run(command + ["--with-recorder", "--with-exporter"]).status == 0)
            let exporter = try Host.text(root + "/usr/lib/systemd/system/taskstats-exporter.service")
            #expect(exporter.contains("\nExecStart=/usr/sbin/taskstats-exporter\n"))
            for file in ["sbin/taskstats-exporter", "share/man/man8/taskstats-exporter.8"] {
                #expect(Host.exists("\(root)/usr/\(file)"), "\(file)")
            }

            #expect(try Host.run(command + ["--uninstall"]).status == 0)
            #expect(try Host.run(["find", root, "-mindepth", "1"]).output == "", "no empty directory stays")
        }

        @Test func `--uninstall stops and disables the units loaded from the prefix, then removes them`() throws {
            let directory = try TemporaryDirectory()
            let (prefix, log) = (directory.file("prefix"), directory.file("log"))
            let systemctl = directory.file("systemctl")
            let program = """
                #!/bin/sh
                if [ "$1" != show ]; then
                    echo "$* $(ls '\(prefix)/lib/systemd/system' 2>/dev/null | paste -sd ' ')" >>'\(log)'
                elif [ "$5" = taskstatsd.service ]; then
                    echo '\(prefix)/lib/systemd/system/taskstatsd.service'
                else
                    echo /etc/systemd/system/taskstats.socket
                fi
                """
            try #require(
                Host.run(["sh", "-c", #"printf '%s\n' "$1" >"$2"; chmod 755 "$2""#, "sh", program, systemctl]).status
                    == 0)
            let programs = try ChildProcess.product("tsctl").split(separator: "/").dropLast().joined(separator: "/")
            let command = [
                "env", "PATH=\(directory.path):/usr/bin:/bin", "PREFIX=\(prefix)", "BUILD=/\(programs)", Self.script,
            ]
            try #require(Host.run(command).status == 0)

            let uninstall = try Host.run(command + ["--uninstall"])
            #expect(uninstall.status == 0, "\(uninstall.errors)")
            #expect(
                try Host.text(log)
                    == "disable --now taskstatsd.service taskstats.socket taskstatsd.service\ndaemon-reload \n")
            #expect(!Host.exists(prefix))
        }

        @Test func `a missing build or an unknown option is an error with a remedy`() throws {
            let missing = try Host.run(["env", "BUILD=/nonexistent", Self.script])
            #expect(missing.status == 1)
            #expect(missing.errors.contains("run: swift build"))
            #expect(try Host.run([Self.script, "--nonsense"]).status == 64)
        }
    }
}
