import ArgumentParser
import CommandSupport
import TaskstatsProtocol

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

/// The findings, one line each, with the fix of a problem below it.
struct DoctorScreen {
    let findings: [Finding]
    let style: Style

    var lines: [String] {
        let width = findings.map(\.check.utf8.count).max() ?? 0
        return findings.flatMap { finding in
            let verdict = pad(finding.verdict.rawValue, to: Self.verdictWidth)
            let line =
                "\(style.verdict(finding.verdict, verdict))  \(pad(finding.check, to: width))  \(PrintableText.of(finding.text))"
            let indent = String(repeating: " ", count: Self.verdictWidth + 2 + width + 2)
            return [line] + (finding.fix.map { ["\(indent)\(style.heading("fix:")) \(PrintableText.of($0))"] } ?? [])
        } + [summary]
    }

    private static let verdictWidth = Verdict.allCases.map(\.rawValue.utf8.count).max() ?? 0

    private var summary: String {
        let counts = Verdict.allCases.compactMap { verdict -> String? in
            let count = findings.count { $0.verdict == verdict }
            return count == 0 && verdict != .failed ? nil : "\(count) \(verdict.rawValue)"
        }
        return "\(findings.count) checks: " + counts.joined(separator: ", ")
    }

    private func pad(_ text: String, to width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.utf8.count))
    }

    /// Returns the findings as one JSON object.
    static func json(_ findings: [Finding]) -> [UInt8] {
        var writer = JSONWriter(capacity: 4_096)
        writer.object { writer in
            for verdict in Verdict.allCases {
                writer.field(verdict.rawValue, findings.count { $0.verdict == verdict })
            }
            writer.key("checks")
            writer.array { writer in
                for finding in findings {
                    writer.object { writer in
                        writer.field("check", finding.check)
                        writer.field("verdict", finding.verdict.rawValue)
                        writer.field("text", finding.text)
                        if let fix = finding.fix { writer.field("fix", fix) }
                    }
                }
            }
        }
        return writer.finish().array
    }
}

extension Style {
    /// Returns a text in the colour of a verdict.
    fileprivate func verdict(_ verdict: Verdict, _ text: String) -> String {
        guard isOn else { return text }
        let colours: [Verdict: Int] = [.ok: 32, .warning: 33, .failed: 31, .unknown: 36]
        return "\u{1b}[\(colours[verdict] ?? 0)m\(text)\u{1b}[0m"
    }
}
