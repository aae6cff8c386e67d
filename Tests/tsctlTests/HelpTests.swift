import TestSupport
import Testing

@testable import tsctl

/// What every command says of itself.
@Suite(.timeLimit(.minutes(1))) struct HelpTests {
    private static let commands: [String] = Tsctl.configuration.subcommands.compactMap { $0.configuration.commandName }

    private func tsctl(_ arguments: [String], output: ChildProcess.Output = .pipe) throws -> ChildProcess.Result {
        try ChildProcess(ChildProcess.product("tsctl"), arguments, output: output).finish()
    }

    @Test(arguments: commands) func `every command has help with examples of its own`(command: String) throws {
        let run = try tsctl([command, "--help"])
        #expect(run.status == 0)
        #expect(run.errors == "")
        #expect(run.output.contains("Examples:\n  tsctl \(command)"))
        #expect(
            run.output.contains("--debug") || ["play", "serve"].contains(command), "who connects can be looked into")
    }

    @Test(arguments: commands) func `an option that a command does not know is wrong usage`(command: String) throws {
        let run = try tsctl([command, "--nonsense"])
        #expect(run.status == 64)
        #expect(run.output == "")
        #expect(run.errors.contains("Usage: tsctl \(command)"))
    }

    @Test func `help that cannot be written is one line and status 1`() throws {
        for arguments in [["--help"], ["get", "--help"], ["--version"], ["--generate-completion-script", "bash"]] {
            let run = try tsctl(arguments, output: .file("/dev/full"))
            #expect(run.status == 1)
            #expect(run.errors == "tsctl: cannot write to standard output: No space left on device\n")
        }
    }
}
