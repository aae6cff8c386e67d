import Glibc
import LinuxSystem

/// The bytes of a recording, decompressed if necessary, regardless of its name.
struct RecordingSource: ~Copyable {
    private let input: Descriptor
    private var tool: PipedProcess?

    /// Opens a file, or standard input for "-".
    static func open(_ path: String) throws(Failure) -> RecordingSource {
        var compression: Compression?
        do throws(SystemError) {
            let file =
                path == "-" ? try Descriptor(dup(STDIN_FILENO), of: "dup") : try Descriptor.open(path)
            var start = [UInt8](repeating: 0, count: 4)
            // Input without positions, such as a pipe, is not decompressed.
            let count = unsafe pread(file.number, &start, start.count, 0)
            compression = Compression(magicOf: start.prefix(max(0, count)))
            guard let compression else { return RecordingSource(input: file) }
            return try decompressing(file, compression)
        } catch {
            if let compression, error.call == "posix_spawn" { throw compression.problem(starting: error) }
            throw Failure("cannot read \(path == "-" ? "standard input" : path): \(error.text)")
        }
    }

    private static func decompressing(
        _ file: borrowing Descriptor, _ compression: Compression
    ) throws(SystemError) -> RecordingSource {
        let pipe = try Pipe()
        let tool = try PipedProcess.start(
            compression.decompressing, reading: file.number, writing: pipe.writing.number)
        return RecordingSource(input: pipe.takeReading(), tool: tool)
    }

    private init(input: consuming Descriptor, tool: consuming PipedProcess? = nil) {
        self.input = input
        self.tool = tool
    }

    /// Reads the next bytes, waiting for them; returns 0 at the end.
    func read(into room: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
        while true {
            if let count = try unsafe input.read(into: room) { return count }
            // Standard input may be shared with another process and non-blocking.
            var descriptor = pollfd(fd: input.number, events: Int16(POLLIN), revents: 0)
            _ = unsafe poll(&descriptor, 1, -1)
        }
    }

    /// Ends reading; returns the error message of the decompressor, if there is one.
    mutating func finish() -> String? {
        guard let tool = tool.take() else { return nil }
        let name = tool.name
        switch tool.wait() {
        case .done: return nil
        case .failed(let message): return message.hasPrefix(name) ? message : "\(name): \(message)"
        case .killed(let signal): return "\(name) was killed by signal \(signal)"
        }
    }
}
