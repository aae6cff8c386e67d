import ArgumentParser

/// `tsctl doctor`: finds problems and suggests fixes.
struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Checks the daemon, your access, the kernel and the system, and suggests fixes.",
        discussion: """
            Each line is a check: ok; warning: it works, but something is missing or misleading; failed: it does not \
            work; unknown: tsctl cannot check it from here. Below each problem is its fix. doctor also tests the \
            daemon: it queries tsctl itself and waits for the exit of a child. It changes no settings.

            The exit status is 0 if no check failed, else 1.

            Examples:
              tsctl doctor
              tsctl doctor --socket /run/test.sock
              tsctl doctor --json | jq -r '.checks[] | select(.verdict == "failed").text'
            """)

    @Flag(help: "Print the findings as one line of JSON.")
    var json = false

    @OptionGroup var connection: ConnectionOptions

    func run() throws {
        let findings = DoctorReport(connection).checks.map(\.finding)
        var output = StandardOutput()
        if json {
            output.line(DoctorScreen.json(findings))
        } else {
            for line in DoctorScreen(findings: findings, style: .forStandardOutput()).lines { output.line(line) }
        }
        try output.flush()
        if findings.contains(where: { $0.verdict == .failed }) { throw ExitCode.failure }
    }
}
