import CommandSupport
import Glibc
import LinuxSystem

/// The file of a recording, written in whole lines, so that it can be played whatever happens to tsctl.
///
/// Without compression, lines are written immediately. With compression, what was written is flushed as a block once a
/// second: if tsctl is killed, at most the last second is lost.
struct RecordingFile: ~Copyable, RecordingSink {
    private static let flushInterval = Duration.seconds(1)

    private let file: Descriptor
    private let name: String
    private let compressor: (any StreamCompressor)?
    private let isRegular: Bool
    /// The time that a write waits for a stalled reader, which a regular file does not have.
    var timeout: OutputTimeout
    private var compressed: [UInt8] = []
    private var flushedSize: off_t = 0
    /// The time when the lines so far must be flushed; nil if all are.
    private(set) var commitDeadline: ContinuousClock.Instant?

    /// Creates the recording in the file that was opened for a path.
    init(_ output: consuming OutputFile, path: String, timeout: OutputTimeout) throws(Failure) {
        var information = stat()
        isRegular =
            unsafe fstat(output.descriptor.number, &information) == 0 && information.st_mode & S_IFMT == S_IFREG
        compressor = path == "-" ? nil : try Compression(suffixOf: path)?.makeCompressor()
        file = output.descriptor
        name = path == "-" ? "standard output" : path
        self.timeout = timeout
    }

    /// The size of the file; 0 if it is not a regular file.
    var size: UInt64 {
        var information = stat()
        return unsafe isRegular && fstat(file.number, &information) == 0 ? UInt64(information.st_size) : 0
    }

    /// Writes whole lines.
    mutating func write(_ lines: [UInt8]) throws(StandardOutput.Stop) {
        guard compressor != nil else { return try writeAsIs(lines[...]) }
        try compress(lines[...], .more)
        if commitDeadline == nil { commitDeadline = .now.advanced(by: Self.flushInterval) }
    }

    /// Flushes the lines so far, which secures them.
    mutating func commit() throws(StandardOutput.Stop) {
        guard compressor != nil else { return }
        try compress([], .flush)
        commitDeadline = nil
    }

    /// Ends the file and syncs it to disk.
    mutating func finish() throws(StandardOutput.Stop) {
        if compressor != nil { try compress([], .end) }
        // Other kinds of files cannot be synced.
        guard fsync(file.number) == 0 || errno == EINVAL || errno == EROFS else { throw failure(.last("fsync")) }
    }

    // MARK: With compression

    private mutating func compress(
        _ lines: ArraySlice<UInt8>, _ continuation: Continuation
    ) throws(StandardOutput.Stop) {
        compressor?.compress(lines, continuation, to: &compressed)
        let (_, error) = try write(compressed[...], to: file.number)
        compressed.removeAll(keepingCapacity: true)
        guard let error else {
            if continuation != .more, isRegular { flushedSize = lseek(file.number, 0, SEEK_CUR) }
            return
        }
        // Nothing that cannot be decompressed stays after what can.
        if isRegular { _ = ftruncate(file.number, flushedSize) }
        throw failure(error)
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

    private func failure(_ error: SystemError) -> StandardOutput.Stop {
        error.errno == EPIPE ? .readerGone : .failed(Failure("cannot write \(name): \(error.text)"))
    }
}
