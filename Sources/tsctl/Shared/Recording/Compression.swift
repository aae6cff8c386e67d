import Glibc
import LinuxSystem

/// A compression by an external tool: its file names, magic bytes and commands.
enum Compression: CaseIterable {
    case zstd, gzip

    /// The name of the tool and of its package.
    var tool: String {
        switch self {
        case .zstd: "zstd"
        case .gzip: "gzip"
        }
    }

    /// The suffix of its files.
    var suffix: String {
        switch self {
        case .zstd: ".zst"
        case .gzip: ".gz"
        }
    }

    /// The possible first bytes of its files.
    var magics: [[UInt8]] {
        switch self {
        // Files of a directory begin with a mark.
        case .zstd: [[0x28, 0xb5, 0x2f, 0xfd], Array(FrameMark.opening.prefix(4))]
        case .gzip: [[0x1f, 0x8b]]
        }
    }

    /// The command that compresses standard input to standard output; fast rather than small, as records keep arriving.
    var compressing: [String] {
        switch self {
        case .zstd: [tool, "-q", "-c"]
        case .gzip: [tool, "-1", "-c"]
        }
    }

    /// The command for decompression.
    var decompressing: [String] { [tool, "-q", "-d", "-c"] }

    /// Selects the compression by the suffix of a file.
    init?(suffixOf path: String) {
        guard let found = Self.allCases.first(where: { path.hasSuffix($0.suffix) }) else { return nil }
        self = found
    }

    /// Selects the compression by the first bytes of a file.
    init?(magicOf bytes: some Collection<UInt8>) {
        guard let found = Self.allCases.first(where: { $0.magics.contains { bytes.starts(with: $0) } }) else {
            return nil
        }
        self = found
    }

    /// Returns the error for a tool that cannot be started.
    func problem(starting error: SystemError) -> Failure {
        guard error.errno == ENOENT else { return Failure("cannot run \(tool): \(error.text)") }
        return Failure(
            "\(suffix) requires \(tool), which is not installed (try: apt install \(tool))")
    }
}

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
