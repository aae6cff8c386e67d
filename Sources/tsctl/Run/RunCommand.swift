import ArgumentParser
import CommandSupport
import Glibc
import LinuxSystem
import Taskstats

/// `tsctl run`: runs a command and reports its usage and waits.
struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Runs a command and reports its resource usage and waits, with descendants.",
        discussion: """
            Like time(1), with delays, I/O, memory and context switches, in total and by command name. The report adds \
            up the last records of all processes and threads that ended while the command ran. Peaks are those of the \
            largest process. The report goes to standard error, or to the file of --output, which is overwritten under \
            the rules of record --force; standard output stays that of the command. Options of tsctl precede the \
            command.

            The last record of a task lacks up to one tick of its time on a CPU, so CPU times can be ranges; user and \
            system time are scaled to them as the kernel does for time(1). Processes that have left their parents are \
            included. Processes that still run when the command ends are reported, but not counted. The kernel counts \
            the bytes that each task reads and writes in whole KiB. Without access to every process, processes that \
            end as another user are not visible.

            Where taskstatsd knows the origin of processes, the report ends with the tree of their command lines: each \
            process is indented below the one that started it. A name in brackets is that of a process whose command \
            line is unknown. The first \(ProcessTreeTable.mostProcesses) processes are shown; --json has up to \
            \(ProcessTree.limit), each with its depth in the tree.

            \(TraceOptions.explanation)

            The exit status is that of the command; 128 plus the number of the signal that ended it; 127 if the \
            command does not exist; 126 if it cannot be run; and 125 if tsctl fails. tsctl fails if taskstatsd cannot \
            be queried or the file of --output cannot be opened, and then does not run the command. It also fails if \
            the command succeeds but the report cannot be written.

            Examples:
              tsctl run make -j4
              tsctl run sh -c 'sort big | uniq -c > counts'
              tsctl run --json --output build.json make
              jq .all.stats.blkio_delay_total build.json
              tsctl run --report --trace build.pftrace make -j4
            """)

    @Flag(help: "Print the report as one line of JSON.")
    var json = false

    @Option(help: ArgumentHelp("Write the report to this file.", valueName: "file"), completion: .file())
    var output: String?

    @OptionGroup var timeline: TraceOptions

    @Argument(
        parsing: .captureForPassthrough,
        help: ArgumentHelp("The command and its arguments.", valueName: "command"))
    var words: [String] = []

    @OptionGroup var connection: ConnectionOptions

    private static let ownFailure: Int32 = 125

    /// The command; a terminator may precede it.
    private var command: [String] { words.first == "--" ? Array(words.dropFirst()) : words }

    func validate() throws {
        guard let first = words.first else { throw ValidationError("Give a command, as in: tsctl run make") }
        // The parser treats unknown options and --help as the command.
        if ["--help", "-h", "-help"].contains(first) { throw CleanExit.helpRequest(self) }
        if first != "--", first.hasPrefix("-") { throw ValidationError("Unknown option '\(first)'") }
        if json, timeline.report { throw ValidationError("--report cannot be combined with --json.") }
        if command.isEmpty { throw ValidationError("Give a command, as in: tsctl run make") }
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
        let traceFile = try timeline.open()
        let connection = try connection.connect()
        let (run, trace): (RunOutcome, TraceCollector?)
        do {
            (run, trace) = try CommandRun.run(command, connection: connection, traced: timeline.isWanted)
        } catch let problem as CommandRun.NotStarted {
            Console.print("cannot run \(command[0]): \(problem.error.text)")
            throw ExitCode(problem.error.errno == ENOENT ? 127 : 126)
        }
        do {
            let timeline = trace?.timeline(
                title: command.joined(separator: " "), cpus: connection.server.onlineCPUs.count)
            if let timeline { try self.timeline.write(timeline, to: traceFile) }
            try report(run, timeline, connection.server, on: target)
        } catch StandardOutput.Stop.failed(let failure) where run.status.isSuccess {
            throw failure
        } catch StandardOutput.Stop.failed(let failure) {
            Console.print(failure.message)
        } catch StandardOutput.Stop.readerGone {
            // The reader may go away; the status of the command still counts.
        }
        throw ExitCode(run.status.shellStatus)
    }

    private func failed(_ failure: Failure) -> ExitCode {
        Console.print(failure.message)
        return ExitCode(Self.ownFailure)
    }

    private func reportTarget() throws(Failure) -> OutputFile? {
        guard let output else { return nil }
        return try OutputFile.overwrite(output)
    }

    private func report(
        _ run: RunOutcome, _ timeline: TraceTimeline?, _ server: ServerInfo, on target: borrowing OutputFile?
    ) throws {
        let number = OutputFile.number(of: target, else: STDERR_FILENO)
        var writer = StandardOutput(descriptor: number, name: output ?? "standard error")
        if json {
            writer.line(run.json(of: command, server: server))
        } else {
            let report = RunReport(
                run, of: command, server: server, style: .on(number), width: Terminal.width(of: number))
            for line in report.lines { writer.line(line) }
        }
        if self.timeline.report, let timeline {
            let report = TraceReport(timeline, style: .on(number), width: Terminal.width(of: number))
            for line in [""] + report.lines { writer.line(line) }
        }
        try writer.flush()
    }
}
