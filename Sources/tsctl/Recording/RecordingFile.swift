import CLinux
import Glibc
import LinuxSystem

/// The file of a recording, written in whole lines, so that whatever happens to tsctl what is there can be played.
///
/// Uncompressed, lines go to the kernel at once. Compressed, they go to a compressor whose output is one frame of the
/// file; a frame is closed, and another compressor started for the next one, after 4 MiB or a second, with little in it
/// after ten. A frame is kept in memory until its compressor has ended well: when the compressor is killed the frame is
/// cut off and done again. When tsctl is killed the compressor still finishes what it was given. Only when both are
/// killed at once the open frame is lost.
struct RecordingFile: ~Copyable {
    private struct Frame: ~Copyable {
        let tool: Tool
        let input: Descriptor
        let start: off_t
        let opened = ContinuousClock.now
    }

    static let frameBytes = 4 << 20
    private static let littleBytes = 64 << 10
    private static let attempts = 3

    private let file: Descriptor
    private let name: String
    private let compression: Compression?
    private let isRegular: Bool
    private var frame: Frame?
    /// What the open frame was given.
    private var content: [UInt8] = []

    /// Opens a file that must not exist, unless it may be overwritten, or takes standard output for "-".
    static func open(_ path: String, overwriting: Bool) throws(Failure) -> RecordingFile {
        do throws(SystemError) {
            if path == "-" {
                return RecordingFile(try Descriptor(dup(STDOUT_FILENO), of: "dup"), "standard output", nil)
            }
            var information = stat()
            let isThere = unsafe stat(path, &information) == 0
            if isThere, information.st_mode & S_IFMT == S_IFREG, !overwriting {
                throw SystemError("open", errno: EEXIST)
            }
            let flags = O_RDWR | O_CREAT | O_CLOEXEC | (isThere ? O_TRUNC : O_EXCL)
            var number = unsafe Glibc.open(path, flags, 0o666)
            // What is no file may let itself be written only.
            if number < 0, isThere { unsafe number = Glibc.open(path, O_WRONLY | O_CLOEXEC) }
            return RecordingFile(try Descriptor(number, of: "open"), path, Compression(suffixOf: path))
        } catch {
            guard error.errno == EEXIST else { throw Failure("cannot write \(path): \(error.text)") }
            throw Failure("\(path) exists; choose another name, or overwrite it with --force")
        }
    }

    private init(_ file: consuming Descriptor, _ name: String, _ compression: Compression?) {
        var information = stat()
        let number = file.number
        isRegular = unsafe fstat(number, &information) == 0 && information.st_mode & S_IFMT == S_IFREG
        self.file = file
        self.name = name
        self.compression = compression
    }

    /// How many bytes it has; 0 when it is no file.
    var size: UInt64 {
        var information = stat()
        return unsafe isRegular && fstat(file.number, &information) == 0 ? UInt64(information.st_size) : 0
    }

    /// When the open frame wants to be closed; nil when there is none.
    var frameDeadline: ContinuousClock.Instant? {
        switch frame {
        case .some(let frame):
            frame.opened.advanced(by: content.count < Self.littleBytes ? .seconds(10) : .seconds(1))
        case .none: nil
        }
    }

    /// Writes whole lines.
    mutating func write(_ lines: [UInt8]) throws(StandardOutput.Stop) {
        guard let compression else { return try writeAsIs(lines[...]) }
        var rest = lines[...]
        while !rest.isEmpty {
            if frame == nil { try openFrame(compression) }
            let room = max(0, Self.frameBytes - content.count)
            let newline = rest.prefix(room).lastIndex(of: UInt8(ascii: "\n"))
            // A frame holds whole lines, and one at least.
            guard let end = newline ?? (content.isEmpty ? rest.firstIndex(of: UInt8(ascii: "\n")) : nil) else {
                try closeFrame()
                continue
            }
            content += rest[...end]
            try feed(rest[...end], compression, attempt: 1)
            rest = rest[(end + 1)...]
        }
    }

    /// Closes the open frame: what was written so far survives anything.
    mutating func closeFrame() throws(StandardOutput.Stop) {
        guard let compression, frame != nil else { return }
        try finish(compression, attempt: 1)
        content.removeAll(keepingCapacity: true)
    }

    /// Ends the file and brings it onto the disk.
    mutating func finish() throws(StandardOutput.Stop) {
        try closeFrame()
        // What is no file has nothing to be synchronised.
        guard fsync(file.number) == 0 || errno == EINVAL || errno == EROFS else { throw failure(.last("fsync")) }
    }

    // MARK: As it is

    private func writeAsIs(_ bytes: ArraySlice<UInt8>) throws(StandardOutput.Stop) {
        var (rest, number) = (bytes, file.number)
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(number, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                let error = SystemError.last("write")
                cutOffHalfLine(written: bytes[..<rest.startIndex])
                throw failure(error)
            }
        }
    }

    private func cutOffHalfLine(written: ArraySlice<UInt8>) {
        guard isRegular else { return }
        let end = written.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? written.startIndex
        let length = lseek(file.number, 0, SEEK_CUR) - (written.endIndex - end)
        // Half a line does not keep a recording from being played either.
        if length >= 0 { _ = ftruncate(file.number, length) }
    }

    // MARK: Frames

    private mutating func openFrame(_ compression: Compression) throws(StandardOutput.Stop) {
        var ends: [Int32] = [-1, -1]
        do throws(SystemError) {
            guard unsafe clinux_pipe(&ends) == 0 else { throw .last("pipe") }
            let output = try Descriptor(ends[0], of: "pipe")
            let input = try Descriptor(ends[1], of: "pipe")
            let start = lseek(file.number, 0, SEEK_CUR)
            let tool = try Tool.start(compression.compressing, reading: output.number, writing: file.number)
            frame = Frame(tool: tool, input: input, start: start)
        } catch {
            throw .failed(compression.problem(starting: error))
        }
    }

    private mutating func feed(
        _ bytes: ArraySlice<UInt8>, _ compression: Compression, attempt: Int
    ) throws(StandardOutput.Stop) {
        let number =
            switch frame {
            case .some(let frame): frame.input.number
            case .none: Int32(-1)
            }
        var rest = bytes
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(number, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno == EPIPE {
                // It is gone; how it ended says what to do.
                return try finish(compression, attempt: attempt, reopening: true)
            } else if errno != EINTR {
                throw failure(.last("write"))
            }
        }
    }

    /// Waits for the end of the frame's compressor; when it was killed its frame is done again by another.
    private mutating func finish(
        _ compression: Compression, attempt: Int, reopening: Bool = false
    ) throws(StandardOutput.Stop) {
        guard let ended = frame.take() else { return }
        let (end, start) = Self.wait(for: ended)
        switch end {
        case .done where !reopening: return
        case .failed(let said):
            cutOff(at: start)
            throw .failed(Failure("cannot write \(name): \(said)"))
        case .killed(let signal) where attempt >= Self.attempts:
            cutOff(at: start)
            throw .failed(Failure("cannot write \(name): \(compression.tool) was killed by signal \(signal) again"))
        case .done, .killed:
            cutOff(at: start)
            Console.say("\(compression.tool) was killed; what it had not finished is compressed again")
            try openFrame(compression)
            try feed(content[...], compression, attempt: attempt + 1)
            if !reopening { try finish(compression, attempt: attempt + 1) }
        }
    }

    private static func wait(for frame: consuming Frame) -> (Tool.End, off_t) {
        let start = frame.start
        // Its standard input ends here.
        return (Self.closing(frame).wait(), start)
    }

    private static func closing(_ frame: consuming Frame) -> Tool { frame.tool }

    private func cutOff(at start: off_t) {
        guard isRegular, start >= 0 else { return }
        _ = ftruncate(file.number, start)
        _ = lseek(file.number, start, SEEK_SET)
    }

    private func failure(_ error: SystemError) -> StandardOutput.Stop {
        error.errno == EPIPE ? .readerGone : .failed(Failure("cannot write \(name): \(error.text)"))
    }
}
