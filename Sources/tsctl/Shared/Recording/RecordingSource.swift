import CommandSupport
import Glibc
import LinuxSystem

/// The bytes of a recording in one file, decompressed if necessary, regardless of its name.
///
/// The file may end within a compressed frame, when tsctl was killed: what was flushed before is read.
struct RecordingSource: ~Copyable, RecordingBytes {
    private static let chunk = 128 << 10

    private let input: Descriptor
    private var decompressor: StreamDecompressor?
    private var damage: CompressionDamage?

    /// Opens a file, or standard input for "-".
    static func open(_ path: String) throws(Failure) -> RecordingSource {
        let file: Descriptor
        do throws(SystemError) {
            file = path == "-" ? try Descriptor(dup(STDIN_FILENO), of: "dup") : try Descriptor.open(path)
        } catch {
            throw Failure("cannot read \(path == "-" ? "standard input" : path): \(error.text)")
        }
        var start = [UInt8](repeating: 0, count: 4)
        // Input without positions, such as a pipe, is not decompressed.
        let count = unsafe pread(file.number, &start, start.count, 0)
        guard let compression = Compression(magicOf: start.prefix(max(0, count))) else {
            return RecordingSource(input: file, decompressor: nil)
        }
        return RecordingSource(input: file, decompressor: try StreamDecompressor(compression))
    }

    /// Whether reading never waits for a writer.
    var isRegular: Bool {
        var status = stat()
        return unsafe fstat(input.number, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    private init(input: consuming Descriptor, decompressor: StreamDecompressor?) {
        self.input = input
        self.decompressor = decompressor
    }

    /// Reads the next bytes, waiting for them; returns 0 at the end.
    mutating func read(into room: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
        guard var decompressor = decompressor.take() else { return try unsafe receive(into: room) }
        defer { self.decompressor = decompressor }
        while damage == nil {
            if decompressor.needsInput, try !fill(&decompressor) { return 0 }
            do throws(CompressionDamage) {
                let produced = try unsafe decompressor.read(into: room)
                if produced > 0 { return produced }
            } catch {
                damage = error
            }
        }
        return 0
    }

    private func fill(_ decompressor: inout StreamDecompressor) throws(SystemError) -> Bool {
        var bytes = [UInt8](repeating: 0, count: Self.chunk)
        var result: Result<Int, SystemError> = .success(0)
        unsafe bytes.withUnsafeMutableBytes { room in
            result = Result { () throws(SystemError) in try unsafe receive(into: room) }
        }
        let count = try result.get()
        bytes.removeSubrange(count...)
        decompressor.add(bytes)
        return count > 0
    }

    private func receive(into room: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
        while true {
            if let count = try unsafe input.read(into: room) { return count }
            // Standard input may be shared with another process and non-blocking.
            var descriptor = pollfd(fd: input.number, events: Int16(POLLIN), revents: 0)
            _ = unsafe poll(&descriptor, 1, -1)
        }
    }

    /// Ends reading; returns what is wrong with the compressed data, if anything is.
    mutating func finish() -> String? { damage.map { "the compressed data is damaged: \($0.text)" } }
}
