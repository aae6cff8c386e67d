import ArgumentParser

/// `tsctl doctor`: what is wrong here, and what mends it.
struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Checks the daemon, your access, the kernel and the system, and says what mends each.",
        discussion: """
            Each line is a check: ok; warning: it works, and something is missing or misleading; failed: it does not \
            work; unknown: that cannot be told from here. Below what is not well stands what mends it. The daemon is \
            tried: it is asked about tsctl itself, and watched for the end of a child. Nothing is changed.

            The exit status is 0 when nothing failed, else 1.

            Examples:
              tsctl doctor
              tsctl doctor --socket /run/test.sock
              tsctl doctor --json | jq -r '.checks[] | select(.verdict == "failed").mend'
            """)

    @Flag(help: "Print the findings as one line of JSON.")
    var json = false

    @OptionGroup var connection: ConnectionOptions

    func run() throws {
        let findings = Examination(connection).checks.map(\.finding)
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
