import CLinux
import CommandSupport
import Glibc
import LinuxSystem
import Taskstats
import TaskstatsProtocol

/// The writer of a directory of recordings: compresses lines into the newest file, begins the next one, and removes the
/// oldest.
///
/// A file is only ever appended to, and never again after it is closed: what follows a restart is a new file. Once a
/// second the records so far are flushed as a block of the open frame and synced to disk, so at most the last second is
/// lost, whatever happens. Before each write the oldest files are removed until the directory keeps its limits, so
/// these hold at all times. After a failed write, the file is cut to the last flushed block.
struct DirectoryWriter: ~Copyable, RecordingSink {
    /// The open frame.
    private struct Frame {
        let deadline: ContinuousClock.Instant
        /// The bytes before compression.
        var content = 0
    }

    private static let frameContent = 4 << 20
    private static let frameTime = Duration.seconds(60)
    private static let flushInterval = Duration.seconds(1)
    private static let housekeepingInterval = Duration.seconds(60)
    /// How far times of neighbouring records run backwards without a change of the clock: tasks end on many CPUs.
    static let disorder: UInt64 = 1_000_000_000

    private let directory: RecordingDirectory
    private let limits: RetentionLimits
    private let compressor: any StreamCompressor
    private var header: RecordingHeader
    /// All files, the open one last.
    private var files: [RecordingDirectory.File]
    /// The file that is being written.
    private var file: AppendedFile?
    private var frame: Frame?
    private var output: [UInt8] = []
    /// Lines before the first record of all, whose file has the time of that record: it may be much older than the
    /// present.
    private var early: [UInt8] = []
    /// Where the records so far end.
    private var position: RecordingPosition
    private var flushDeadline: ContinuousClock.Instant?
    private var housekeepingDeadline = ContinuousClock.now
    private(set) var size: UInt64 = 0
    // Regular files have no stalled reader.
    var timeout: OutputTimeout

    /// Creates a writer that continues after a position; the first record begins a new file.
    static func open(
        _ directory: RecordingDirectory, limits: RetentionLimits, header: RecordingHeader,
        after position: RecordingPosition?
    ) throws(Failure) -> DirectoryWriter {
        let compressor = try Compression.zstd.makeCompressor()
        let files: [RecordingDirectory.File]
        do throws(SystemError) {
            files = try directory.list().files
        } catch {
            throw Failure("cannot read \(directory.path): \(error.text)")
        }
        let instance = header.server.instance
        let next = RecordingPosition(
            instance: instance, index: position?.instance == instance ? position?.index : nil,
            time: position?.time ?? 0)
        return DirectoryWriter(directory, limits, header, files, next, compressor)
    }

    private init(
        _ directory: RecordingDirectory, _ limits: RetentionLimits, _ header: RecordingHeader,
        _ files: [RecordingDirectory.File], _ position: RecordingPosition, _ compressor: any StreamCompressor
    ) {
        self.compressor = compressor
        self.directory = directory
        self.limits = limits
        self.header = header
        self.files = files
        self.position = position
        timeout = OutputTimeout(ending: -1)
    }

    var commitDeadline: ContinuousClock.Instant? { flushDeadline ?? housekeepingDeadline }

    mutating func write(_ lines: [UInt8]) throws(StandardOutput.Stop) {
        if position.time > 0 {
            try append(lines)
        } else {
            early += lines
            if let time = Self.firstTime(in: early) { try writeEarly(at: time) }
        }
        if flushDeadline == nil { flushDeadline = .now.advanced(by: Self.flushInterval) }
    }

    /// Writes the lines before the first record, as of a time.
    private mutating func writeEarly(at time: UInt64) throws(StandardOutput.Stop) {
        position.time = time
        let lines = early
        early = []
        try append(lines)
    }

    /// Returns the time of the first record.
    private static func firstTime(in lines: [UInt8]) -> UInt64? {
        var start = lines.startIndex
        while let newline = newline(in: lines, from: start) {
            if let time = LineStamp(lines[start...newline]).time { return time }
            start = newline + 1
        }
        return nil
    }

    private mutating func append(_ lines: [UInt8]) throws(StandardOutput.Stop) {
        var start = lines.startIndex
        var written = start
        while let newline = Self.newline(in: lines, from: start) {
            let line = lines[start...newline]
            let stamp = LineStamp(line)
            let time = stamp.time ?? position.time
            if needsFile(before: time) || needsFrame(adding: newline - written) {
                try compress(lines[written..<start])
                written = start
                try makeRoom(before: time)
            }
            count(line, isExit: stamp.time != nil)
            position.advance(to: stamp)
            start = newline + 1
        }
        try compress(lines[written..<start])
    }

    private static func newline(in lines: [UInt8], from start: Int) -> Int? {
        let found = unsafe lines.withUnsafeBytes { bytes in
            let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[start...])
            return unsafe clinux_find(rest.baseAddress, rest.count, "\n", 1)
        }
        return found >= 0 ? start + found : nil
    }

    mutating func commit() throws(StandardOutput.Stop) {
        if let deadline = flushDeadline, deadline <= .now {
            if !early.isEmpty { try writeEarly(at: SystemClock.realtimeNanoseconds) }
            let isOver = frame.map { $0.deadline <= .now } ?? false
            try isOver ? closeFrame() : flush()
        }
        if housekeepingDeadline <= .now {
            housekeepingDeadline = .now.advanced(by: Self.housekeepingInterval)
            if isFileOver(at: SystemClock.realtimeNanoseconds) { try closeFile(reason: "rotation") }
            try removeOldest(adding: 0)
        }
    }

    mutating func finish() throws(StandardOutput.Stop) {
        if !early.isEmpty { try writeEarly(at: SystemClock.realtimeNanoseconds) }
        try closeFile(reason: "signal")
    }

    // MARK: Files

    private func isFileOver(at time: UInt64) -> Bool {
        switch file {
        case .some(let file): time >= file.name.time &+ limits.rotation || file.bytes >= limits.fileBytes
        case .none: false
        }
    }

    private func isSetBack(_ time: UInt64) -> Bool { time &+ Self.disorder < position.time }

    private func needsFile(before time: UInt64) -> Bool {
        file == nil || isFileOver(at: time) || isSetBack(time)
    }

    private func needsFrame(adding content: Int) -> Bool {
        guard let frame else { return true }
        return frame.content + content >= Self.frameContent
    }

    private mutating func makeRoom(before time: UInt64) throws(StandardOutput.Stop) {
        if needsFile(before: time) {
            try closeFile(reason: "rotation")
            try openFile(at: time)
        }
        try closeFrame()
        try openFrame(at: time)
    }

    private mutating func openFile(at time: UInt64) throws(StandardOutput.Stop) {
        let isBack = isSetBack(time)
        if isBack { Console.print("the clock was set back: a new file begins") }
        let name = RecordingFileName(time: time, number: (files.last?.name.number ?? 0) + 1, isSetBack: isBack)
        // A full disk is often the limit of this directory.
        try removeOldest(adding: UInt64(FrameMark.size))
        do throws(SystemError) {
            let descriptor = try Descriptor(
                unsafe Glibc.open(
                    directory.path(of: name), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o640),
                of: "open")
            file = AppendedFile(descriptor, name: name)
        } catch {
            throw failure(error)
        }
        files.append(RecordingDirectory.File(name: name, bytes: 0))
        position.time = time
        header.start = time
        try openFrame(at: time)
        try compress(header.line.array[...])
        try closeFrame()
        syncDirectory()
    }

    private mutating func closeFile(reason: String) throws(StandardOutput.Stop) {
        guard let counts = file?.counts else { return }
        let footer = RecordingFooter(time: position.time, reason: reason, exits: counts.exits, lost: counts.lost)
        if frame == nil { try openFrame(at: position.time) }
        try compress(footer.line.array[...])
        try closeFrame()
        file = nil
    }

    private mutating func removeOldest(adding bytes: UInt64) throws(StandardOutput.Stop) {
        let count = limits.surplus(files, adding: bytes, now: SystemClock.realtimeNanoseconds)
        for file in files.prefix(count) {
            guard unsafe unlink(directory.path(of: file.name)) != 0, errno != ENOENT else { continue }
            throw failure(.last("unlink"))
        }
        files.removeFirst(count)
    }

    private func syncDirectory() {
        guard let descriptor = try? Descriptor.open(directory.path) else { return }
        _ = fsync(descriptor.number)
    }

    // MARK: Frames

    private mutating func openFrame(at time: UInt64) throws(StandardOutput.Stop) {
        output += FrameMark(time: time, index: position.index ?? 0, instance: position.instance).bytes
        frame = Frame(deadline: .now.advanced(by: Self.frameTime))
    }

    private mutating func compress(_ bytes: ArraySlice<UInt8>) throws(StandardOutput.Stop) {
        guard !bytes.isEmpty else { return }
        frame?.content += bytes.count
        compressor.compress(bytes, .more, to: &output)
        try writeOutput()
    }

    private mutating func flush() throws(StandardOutput.Stop) {
        compressor.compress([], .flush, to: &output)
        try sync()
    }

    /// Ends the open frame, and syncs it to disk.
    mutating func closeFrame() throws(StandardOutput.Stop) {
        guard frame != nil else { return }
        frame = nil
        compressor.compress([], .end, to: &output)
        try sync()
    }

    private mutating func sync() throws(StandardOutput.Stop) {
        flushDeadline = nil
        try writeOutput()
        if let problem = file?.sync() ?? nil { throw failure(problem) }
    }

    private mutating func writeOutput() throws(StandardOutput.Stop) {
        guard !output.isEmpty else { return }
        try removeOldest(adding: UInt64(output.count))
        if let problem = file?.append(output) ?? nil { throw failure(problem) }
        size += UInt64(output.count)
        files[files.count - 1].bytes += UInt64(output.count)
        output.removeAll(keepingCapacity: true)
    }

    private mutating func count(_ line: ArraySlice<UInt8>, isExit: Bool) {
        if isExit {
            file?.counts.exits += 1
        } else if let lost = RecordedLoss.count(in: line) {
            file?.counts.lost &+= lost
        }
    }

    private func failure(_ error: SystemError) -> StandardOutput.Stop {
        .failed(Failure("cannot write in \(directory.path): \(error.text)"))
    }
}
