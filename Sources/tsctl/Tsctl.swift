import ArgumentParser
import Glibc
import LinuxSystem
import TaskstatsClient

/// The command: what the arguments mean is ArgumentParser's, how a command ends is decided here and nowhere else.
///
/// Status 0: done, or the reader of the output had enough. 1: failed, with one line on standard error. 64: wrong usage.
@main
struct Tsctl: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tsctl",
        abstract: "Shows what the Linux kernel counts for each task: CPU, memory, I/O, and where it had to wait.",
        discussion: """
            tsctl asks taskstatsd, which everybody on the machine may do: root and the group taskstats see every \
            process, others see their own.

            Examples:
              tsctl get --pid 1                     one task, as a report
              tsctl top                             where processes wait now
              tsctl watch --filter exit=failed      everything that fails, as it ends
              tsctl status                          the daemon and its counters
              tsctl doctor                          what is wrong, and what mends it
            """,
        version: Release.version,
        subcommands: [
            GetCommand.self, TopCommand.self, WatchCommand.self, RunCommand.self, RecordCommand.self,
            PlayCommand.self, StatusCommand.self, FieldsCommand.self, DoctorCommand.self,
        ])

    static func main() {
        StandardDescriptors.reserve()
        _ = signal(SIGPIPE, SIG_IGN)
        do {
            var command = try parseAsRoot()
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

    /// Help, the version and completion scripts come as errors too; that they can be written is seen to here, as
    /// ArgumentParser takes a full disk for success.
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
        Console.say(failure.message)
        Glibc.exit(EXIT_FAILURE)
    }
}

extension Failure {
    init(_ error: TaskstatsError) {
        let advice = error.code == .notRunning ? ", or name its socket with --socket" : ""
        self.init(error.message + advice)
    }
}
