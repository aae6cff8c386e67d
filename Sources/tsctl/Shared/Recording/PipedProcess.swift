import Glibc
import LinuxSystem

/// An external tool between two descriptors.
///
/// It has its own process group, because tsctl handles Ctrl-C itself.
struct PipedProcess: ~Copyable {
    /// The result of a tool.
    enum End: Equatable {
        case done
        /// The tool failed with this message.
        case failed(String)
        case killed(signal: Int32)
    }

    /// The name of the tool.
    let name: String
    private let program: StartedProgram
    private let errors: Descriptor

    /// Starts a tool that reads from one descriptor and writes to the other.
    static func start(
        _ command: [String], reading input: Int32, writing output: Int32
    ) throws(SystemError) -> PipedProcess {
        let errors = try Pipe()
        var request = ProgramStart(command)
        request.files = [
            STDIN_FILENO: .descriptor(input), STDOUT_FILENO: .descriptor(output),
            STDERR_FILENO: .descriptor(errors.writing.number),
        ]
        request.defaultSignals = ProgramStart.signals(SIGPIPE)
        request.isGroupLeader = true
        return PipedProcess(name: command[0], program: try request.start(), errors: errors.takeReading())
    }

    private init(name: String, program: StartedProgram, errors: consuming Descriptor) {
        self.name = name
        self.program = program
        self.errors = errors
    }

    /// Ends the tool before it has read everything.
    func terminate() { program.send(signal: SIGTERM) }

    /// Waits for the end within the time limit; returns whether the tool has ended.
    func hasEnded(_ timeout: OutputTimeout) -> Bool { timeout.wait(for: POLLIN, on: errors.number) }

    /// Waits for the end.
    consuming func wait() -> End {
        // It prints little, so that reading all of it does not block.
        let message = (try? errors.readText()) ?? nil
        guard let status = try? program.wait() else { return .failed("cannot wait for it") }
        let signal = status & 0x7f
        if signal != 0 { return .killed(signal: Int32(signal)) }
        guard status != 0 else { return .done }
        let lines = (message ?? "").split(whereSeparator: \.isNewline)
        return .failed(lines.last.map(String.init) ?? "exit status \((status >> 8) & 0xff)")
    }
}
