import ArgumentParser
import CommandSupport
import Glibc
import LinuxSystem
import Taskstats

/// The tsctl command: ArgumentParser parses the arguments, this type decides how a command ends.
///
/// Status 0: success, or the reader of the output went away. 1: failure, with one line on standard error. 64: wrong
/// usage. 124: the time of --for expired before the number of --count was reached.
@main
struct Tsctl: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tsctl",
        abstract: "Shows the Linux kernel's statistics of each task: CPU, memory, I/O and waits.",
        discussion: """
            tsctl queries taskstatsd, which serves every user of the machine: root and members of the group taskstats \
            see every process, others see their own.

            --socket and --debug can precede the command.

            The exit status is 0 on success, 1 on failure, 64 on wrong usage, and 124 if the time of --for expires \
            before the number of --count is reached. run exits with the status of its command.

            Examples:
              tsctl get --pid 1                     one task, as a report
              tsctl top                             where processes wait now
              tsctl watch --filter exit=failed      failed tasks, as they end
              tsctl status                          the daemon and its counters
              tsctl doctor                          problems and their fixes
            """,
        version: Release.version,
        subcommands: [
            GetCommand.self, TopCommand.self, WatchCommand.self, RunCommand.self, RecordCommand.self,
            PlayCommand.self, HistoryCommand.self, LastCommand.self, ServeCommand.self, StatusCommand.self,
            FieldsCommand.self, DoctorCommand.self,
        ])

    static func main() {
        StandardDescriptors.reserve()
        _ = signal(SIGPIPE, SIG_IGN)
        do {
            let names = configuration.subcommands.compactMap { $0.configuration.commandName }
            let arguments = try CommandLineArguments.prepared(Array(CommandLine.arguments.dropFirst()), commands: names)
            var command = try parseAsRoot(arguments)
            try command.run()
        } catch let failure as Failure {
            end(failure)
        } catch let error as TaskstatsError {
            end(Failure(error))
        } catch StandardOutput.Stop.failed(let failure) {
            end(failure)
        } catch StandardOutput.Stop.readerGone {
            return
        } catch {
            end(error)
        }
    }

    /// Ends tsctl; help, the version and completion scripts arrive as errors too, and ArgumentParser would ignore a
    /// full disk.
    private static func end(_ error: any Error) -> Never {
        let text = fullMessage(for: error)
        guard exitCode(for: error).isSuccess, !text.isEmpty else { exit(withError: error) }
        var output = StandardOutput()
        output.line(text)
        do throws(StandardOutput.Stop) {
            try output.flush()
        } catch {
            if case .failed(let failure) = error { end(failure) }
        }
        Glibc.exit(EXIT_SUCCESS)
    }

    private static func end(_ failure: Failure) -> Never {
        Console.print(failure.message)
        Glibc.exit(EXIT_FAILURE)
    }
}

extension Failure {
    init(_ error: TaskstatsError) {
        let advice = error.code == .notRunning ? ", or give its socket with --socket" : ""
        self.init(error.message + advice)
    }
}
