import ArgumentParser
import TestSupport
import Testing

@testable import tsctl

/// What precedes a command, and commands that do not exist.
@Suite(.timeLimit(.minutes(1))) struct CommandLineArgumentsTests {
    private static let commands = Tsctl.configuration.subcommands.compactMap { $0.configuration.commandName }

    private func prepared(_ arguments: [String]) throws -> [String] {
        try CommandLineArguments.prepared(arguments, commands: Self.commands)
    }

    @Test(arguments: [
        (["--socket", "/s", "get", "--pid", "1"], ["get", "--socket", "/s", "--pid", "1"]),
        (["--debug", "--socket=/s", "run", "make", "--debug"], ["run", "--debug", "--socket=/s", "make", "--debug"]),
        (["get", "--socket", "/s"], ["get", "--socket", "/s"]), (["--socket", "/s", "--version"], ["--version"]),
        (["--debug", "help", "get"], ["help", "get"]), ([], []), (["--help"], ["--help"]),
        (["history", "--since", "-2h", "--until", "-1h"], ["history", "--since=-2h", "--until=-1h"]),
        (["watch", "--since", "10min", "-h"], ["watch", "--since", "10min", "-h"]),
        (["run", "journalctl", "--since", "-2h"], ["run", "journalctl", "--since", "-2h"]),
    ])
    func `options of the connection may precede the command`(arguments: [String], expected: [String]) throws {
        #expect(try prepared(arguments) == expected)
    }

    @Test(arguments: [
        ("wach", "watch"), ("tpo", "top"), ("stats", "status"), ("rec", "record"), ("recrod", "record"),
        ("docter", "doctor"), ("ge", "get"), ("list", "last"), ("show", nil), ("nonsense", nil), ("st", "status"),
        ("s", nil),
        ("r", nil),
    ])
    func `a misspelt command gets the closest one as a suggestion`(word: String, suggestion: String?) {
        #expect(CommandLineArguments.suggestion(for: word, among: Self.commands) == suggestion)
    }

    @Test(arguments: [
        (["wach", "--failed"], "Unknown command 'wach'. Did you mean 'watch'?"),
        (["--socket", "/s", "x\u{1b}y"], "Unknown command 'x\\x1by'. The commands are get, top, watch, "),
        (["--socket", "/s"], "A command must follow --socket /s"),
    ])
    func `the message is wrong usage`(arguments: [String], message: String) throws {
        let run = try ChildProcess(ChildProcess.product("tsctl"), arguments).finish()
        #expect(run.status == 64)
        #expect(run.output == "")
        #expect(run.errors.hasPrefix("Error: \(message)"), "\(run.errors)")
    }
}
