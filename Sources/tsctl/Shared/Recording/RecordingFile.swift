import Glibc
import LinuxSystem

/// The file of a recording, written in whole lines, so that it can be played whatever happens to tsctl.
///
/// Without compression, lines are written immediately. With compression, they go to a compressor whose output is one
/// frame of the file. A frame is closed, and another compressor started for the next one, after 4 MiB or one second, or
/// after ten seconds if it holds little. A frame is kept in memory until its compressor has succeeded: if the
/// compressor is killed, the frame is truncated and compressed again. If tsctl is killed, the compressor still finishes
/// its input. The open frame is lost only if both are killed at the same time.
struct RecordingFile: ~Copyable, RecordingSink {
    private struct Frame: ~Copyable {
        let tool: PipedProcess
        let input: Descriptor
        let start: off_t
        let opened = ContinuousClock.now
    }

    static let frameBytes = 4 << 20
    private static let smallFrameBytes = 64 << 10
    private static let attempts = 3

    private let file: Descriptor
    private let name: String
    private let compression: Compression?
    private let isRegular: Bool
    /// The time that a write waits for a stalled reader, which a regular file does not have.
    var timeout: OutputTimeout
    private var frame: Frame?
    /// The content of the open frame.
    private var content: [UInt8] = []

    /// Creates the recording in the file that was opened for a path.
    init(_ output: consuming OutputFile, path: String, timeout: OutputTimeout) {
        var information = stat()
        let (number, isOwn) = (output.descriptor.number, output.isOwn)
        isRegular = unsafe fstat(number, &information) == 0 && information.st_mode & S_IFMT == S_IFREG
        compression = path == "-" ? nil : Compression(suffixOf: path)
        // A compressor treats a non-blocking output as broken.
        if compression != nil, isOwn { _ = fcntl(number, F_SETFL, 0) }
        file = output.descriptor
        name = path == "-" ? "standard output" : path
        self.timeout = timeout
    }

    /// The size of the file; 0 if it is not a regular file.
    var size: UInt64 {
        var information = stat()
        return unsafe isRegular && fstat(file.number, &information) == 0 ? UInt64(information.st_size) : 0
    }

    /// The time when the open frame must be closed; nil if there is none.
    var commitDeadline: ContinuousClock.Instant? {
        switch frame {
        case .some(let frame):
            frame.opened.advanced(by: content.count < Self.smallFrameBytes ? .seconds(10) : .seconds(1))
        case .none: nil
        }
    }

    /// Writes whole lines.
    mutating func write(_ lines: [UInt8]) throws(StandardOutput.Stop) {
        guard let compression else { return try writeAsIs(lines[...]) }
        var remaining = lines[...]
        while !remaining.isEmpty {
            if frame == nil { try openFrame(compression) }
            let room = max(0, Self.frameBytes - content.count)
            let newline = remaining.prefix(room).lastIndex(of: UInt8(ascii: "\n"))
            // A frame has whole lines, at least one.
            guard let end = newline ?? (content.isEmpty ? remaining.firstIndex(of: UInt8(ascii: "\n")) : nil) else {
                try commit()
                continue
            }
            content += remaining[...end]
            try feed(remaining[...end], compression, attempt: 1)
            remaining = remaining[(end + 1)...]
        }
    }

    /// Closes the open frame, which secures everything written so far.
    mutating func commit() throws(StandardOutput.Stop) {
        guard let compression, frame != nil else { return }
        try finish(compression, attempt: 1)
        content.removeAll(keepingCapacity: true)
    }

    /// Ends the file and syncs it to disk.
    mutating func finish() throws(StandardOutput.Stop) {
        try commit()
        // Other kinds of files cannot be synced.
        guard fsync(file.number) == 0 || errno == EINVAL || errno == EROFS else { throw failure(.last("fsync")) }
    }

    // MARK: Without compression

    private func writeAsIs(_ bytes: ArraySlice<UInt8>) throws(StandardOutput.Stop) {
        let (end, error) = try write(bytes, to: file.number)
        guard let error else { return }
        truncateHalfLine(written: bytes[..<end])
        throw failure(error)
    }

    /// Writes bytes, waiting for a slow reader; returns the position reached, and the error that prevented the rest.
    private func write(
        _ bytes: ArraySlice<UInt8>, to number: Int32
    ) throws(StandardOutput.Stop) -> (end: Int, error: SystemError?) {
        var remaining = bytes
        while !remaining.isEmpty {
            if !isRegular, !timeout.waitUntilWritable(number) { throw stalled }
            // This size does not block if poll reports room.
            let size = isRegular ? remaining.count : min(remaining.count, Int(PIPE_BUF))
            let count = unsafe remaining.withUnsafeBytes { unsafe Glibc.write(number, $0.baseAddress, size) }
            if count >= 0 {
                remaining = remaining.dropFirst(count)
            } else if errno != EINTR, errno != EAGAIN {
                return (remaining.startIndex, .last("write"))
            }
        }
        return (bytes.endIndex, nil)
    }

    private var stalled: StandardOutput.Stop {
        .failed(Failure("cannot write \(name): its reader read nothing for \(OutputTimeout.graceText)"))
    }

    private func truncateHalfLine(written: ArraySlice<UInt8>) {
        guard isRegular else { return }
        let end = written.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? written.startIndex
        let length = lseek(file.number, 0, SEEK_CUR) - (written.endIndex - end)
        // Half a line does not prevent playing the recording either.
        if length >= 0 { _ = ftruncate(file.number, length) }
    }

    // MARK: Frames

    private mutating func openFrame(_ compression: Compression) throws(StandardOutput.Stop) {
        do throws(SystemError) {
            let pipe = try Pipe()
            let start = lseek(file.number, 0, SEEK_CUR)
            let tool = try PipedProcess.start(
                compression.compressing, reading: pipe.reading.number, writing: file.number)
            frame = Frame(tool: tool, input: pipe.takeWriting(), start: start)
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
        let problem: SystemError?
        do throws(StandardOutput.Stop) {
            problem = try write(bytes, to: number).error
        } catch {
            Self.end(frame.take())
            throw error
        }
        guard let problem else { return }
        guard problem.errno == EPIPE else { throw failure(problem) }
        // The compressor is gone; its status decides what to do.
        try finish(compression, attempt: attempt, reopening: true)
    }

    /// Waits for the frame's compressor to end; if it was killed, another one compresses the frame again.
    private mutating func finish(
        _ compression: Compression, attempt: Int, reopening: Bool = false
    ) throws(StandardOutput.Stop) {
        guard let ended = frame.take() else { return }
        let start = ended.start
        // This closes its standard input.
        let tool = Self.closing(ended)
        guard isRegular || tool.hasEnded(timeout) else {
            tool.terminate()
            _ = tool.wait()
            throw stalled
        }
        switch tool.wait() {
        case .done where !reopening: return
        case .killed(SIGPIPE): throw .readerGone
        case .failed(let message):
            truncate(to: start)
            throw .failed(Failure("cannot write \(name): \(message)"))
        case .killed(let signal) where attempt >= Self.attempts:
            truncate(to: start)
            throw .failed(Failure("cannot write \(name): \(compression.tool) was killed by signal \(signal) again"))
        case .done, .killed:
            truncate(to: start)
            Console.print("\(compression.tool) was killed; its unfinished data is compressed again")
            try openFrame(compression)
            try feed(content[...], compression, attempt: attempt + 1)
            if !reopening { try finish(compression, attempt: attempt + 1) }
        }
    }

    /// Ends a compressor that waits for a stalled reader.
    private static func end(_ frame: consuming Frame?) {
        guard let frame = frame.take() else { return }
        frame.tool.terminate()
        _ = closing(frame).wait()
    }

    private static func closing(_ frame: consuming Frame) -> PipedProcess { frame.tool }

    private func truncate(to start: off_t) {
        guard isRegular, start >= 0 else { return }
        _ = ftruncate(file.number, start)
        _ = lseek(file.number, start, SEEK_SET)
    }

    private func failure(_ error: SystemError) -> StandardOutput.Stop {
        error.errno == EPIPE ? .readerGone : .failed(Failure("cannot write \(name): \(error.text)"))
    }
}
