import ArgumentParser
import CommandSupport
import Glibc

/// The options for a timeline of processes.
struct TraceOptions: ParsableArguments {
    static let explanation = """
        --trace writes the processes over time to a file, in a format by its suffix or by --trace-format: .pftrace for \
        ui.perfetto.dev, .json for viewers of Chrome's trace events, .html for a page to search and to zoom, which \
        needs no network, and .svg for a picture. Each process is \
        below the one that started it, with its command line, exit, CPU time, waits, peak memory and I/O. Counters of \
        how many processes ran and waited spread the times of each process evenly over its life. --report \
        prints the critical path (the chain of processes that determined the end), what limited parallelism, and the \
        command lines with most CPU time, waits and runs. Starts are those that taskstatsd observed, otherwise the end \
        less the elapsed time.
        """

    @Option(
        help: ArgumentHelp("Write the processes over time to this file (-: stdout).", valueName: "file"),
        completion: .file())
    var trace: String?

    @Option(help: ArgumentHelp("Format of the file, if its suffix does not say it.", valueName: "format"))
    var traceFormat: TraceFormat?

    @Flag(help: "Print the critical path and what limited parallelism.")
    var report = false

    func validate() throws {
        guard let trace else {
            if traceFormat != nil { throw ValidationError("--trace-format requires --trace.") }
            return
        }
        guard format != nil else {
            let suffixes = TraceFormat.allCases.map { ".\($0.rawValue)" }.joined(separator: ", ")
            throw ValidationError("--trace \(trace): the suffix must be one of \(suffixes), or give --trace-format.")
        }
        if trace == "-", isatty(STDOUT_FILENO) == 1, format == .pftrace {
            throw ValidationError("A trace cannot go to a terminal; give a file, or redirect standard output.")
        }
    }

    /// Whether a timeline is needed.
    var isWanted: Bool { trace != nil || report }

    private var format: TraceFormat? { traceFormat ?? trace.flatMap { TraceFormat(suffixOf: $0) } }

    /// Opens the file, so that it cannot fail later; nil without a trace, and for standard output.
    func open() throws(Failure) -> OutputFile? {
        guard let trace, trace != "-" else { return nil }
        return try OutputFile.overwrite(trace)
    }

    /// Writes the trace.
    func write(_ timeline: TraceTimeline, to file: borrowing OutputFile?) throws(StandardOutput.Stop) {
        guard let trace, let format else { return }
        let number = OutputFile.number(of: file, else: STDOUT_FILENO)
        var output = StandardOutput(descriptor: number, name: trace == "-" ? "standard output" : trace)
        var progress = WorkProgress()
        defer { progress.clear() }
        try format.write(timeline) { (piece) throws(StandardOutput.Stop) in
            output.add(piece)
            try output.flush()
            progress.show("\(DecimalText.bytes(output.written)) of the trace written")
        }
    }
}
