import ArgumentParser
import Glibc
import LinuxSystem
import TaskstatsClient

/// `tsctl run`: a command, and what it and its descendants used and waited for.
struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Runs a command and tells what it and its descendants used and waited for.",
        discussion: """
            Like time(1), with delays, I/O, memory and context switches, added up from the last record of each process \
            and thread that ended while the command ran. Peaks are those of the largest process. The report goes to \
            standard error, or where --output says; standard output stays the command's.

            Processes that have left their parents count too. What still runs when the command ends does not, but is \
            told. The kernel counts what each task reads and writes in whole KiB. Without access to every process, those \
            that end as another user are not seen.

            The exit status is the command's, 128 and the number of the signal that ended it, 127 when there is no such \
            command, 126 when it cannot be run, and 125 when tsctl fails: when taskstatsd cannot be asked or the file of \
            --output not be opened, and then the command is not run, or when the report on a command that succeeded \
            cannot be written.

            Examples:
              tsctl run -- make -j4
              tsctl run -- sh -c 'sort big | uniq -c > counts'
              tsctl run --json --output build.json -- make
              jq .all.stats.blkio_delay_total build.json
            """)

    @Flag(help: "Report as one line of JSON.")
    var json = false

    @Option(help: ArgumentHelp("Write the report to this file.", valueName: "file"), completion: .file())
    var output: String?

    @Argument(
        parsing: .postTerminator,
        help: ArgumentHelp("The command and its arguments, after --.", valueName: "command"))
    var command: [String] = []

    @OptionGroup var connection: ConnectionOptions

    private static let ownFailure: Int32 = 125

    func validate() throws {
        if command.isEmpty { throw ValidationError("Give a command after --, as in: tsctl run -- make") }
    }

    func run() throws {
        do {
            try runAndReport()
        } catch let error as TaskstatsError {
            throw failed(Failure(error))
        } catch let failure as Failure {
            throw failed(failure)
        }
    }

    private func runAndReport() throws {
        let target = try reportTarget()
        let connection = try connection.connect()
        let run: RunOutcome
        do {
            run = try CommandRun.run(command, connection: connection)
        } catch let problem as CommandRun.NotStarted {
            Console.say("cannot run \(command[0]): \(problem.error.text)")
            throw ExitCode(problem.error.errno == ENOENT ? 127 : 126)
        }
        do {
            try report(run, connection.server, on: target)
        } catch StandardOutput.Stop.failed(let failure) where run.status.isSuccess {
            throw failure
        } catch StandardOutput.Stop.failed(let failure) {
            Console.say(failure.message)
        } catch StandardOutput.Stop.readerGone {
            // Its right; how the command ended still counts.
        }
        throw ExitCode(run.status.shellStatus)
    }

    private func failed(_ failure: Failure) -> ExitCode {
        Console.say(failure.message)
        return ExitCode(Self.ownFailure)
    }

    private func reportTarget() throws(Failure) -> Descriptor? {
        guard let output else { return nil }
        do throws(SystemError) {
            return try unsafe Descriptor(open(output, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666), of: "open")
        } catch {
            throw Failure("cannot write \(output): \(error.text)")
        }
    }

    private func report(_ run: RunOutcome, _ server: ServerInfo, on target: borrowing Descriptor?) throws {
        let number =
            switch target {
            case .some(let file): file.number
            case .none: STDERR_FILENO
            }
        var writer = StandardOutput(descriptor: number, name: output ?? "standard error")
        if json {
            writer.line(run.json(of: command, server: server))
        } else {
            for line in RunReport(run, of: command, server: server, style: .on(number)).lines { writer.line(line) }
        }
        try writer.flush()
    }
}
