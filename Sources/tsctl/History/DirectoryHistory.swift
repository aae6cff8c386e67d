import CommandSupport
import Glibc
import LinuxSystem
import Taskstats
import TaskstatsProtocol

/// The recordings of a directory in order, of which only the files and frames that matter are opened.
///
/// Files are ordered by their numbers, which is the order of the records even if the clock was set back.
struct DirectoryHistory {
    let directory: RecordingDirectory
    /// All files, oldest first.
    private(set) var files: [RecordingDirectory.File]
    /// The host that wrote the newest file.
    private let host: String?

    /// Lists the directory.
    init(_ directory: RecordingDirectory) throws(Failure) {
        self.directory = directory
        do throws(SystemError) {
            let listed = try directory.list()
            files = listed.files
            if listed.foreign > 0 {
                Console.print(
                    "\(listed.foreign) other \(listed.foreign == 1 ? "file" : "files") in \(directory.path) "
                        + "\(listed.foreign == 1 ? "is" : "are") ignored")
            }
        } catch {
            throw Failure("cannot read \(directory.path): \(error.text)")
        }
        host = files.reversed().lazy.compactMap { Self.header(of: $0.name, in: directory)?.host }.first
    }

    /// Reads the header of a file; nil if it cannot be read, or is of another host.
    func header(of name: RecordingFileName) -> RecordingHeader? {
        guard let header = Self.header(of: name, in: directory) else { return nil }
        return host == nil || header.host == host ? header : nil
    }

    /// Reads the header of a file; nil if it cannot be read.
    private static func header(of name: RecordingFileName, in directory: RecordingDirectory) -> RecordingHeader? {
        guard let file = try? MarkedFile.open(name, in: directory) else { return nil }
        return try? header(FrameStream(file, from: 0))
    }

    private static func header(_ stream: consuming FrameStream) throws -> RecordingHeader? {
        var reader = RecordingReader(stream, keepsText: false)
        guard try reader.readMore(mayGrow: true), case .line(.header(let header), _) = reader.next() else { return nil }
        return header
    }

    /// Returns whether a file ends in its header, which was being written when the recorder was killed.
    private static func isCutInHeader(
        _ name: RecordingFileName, in directory: RecordingDirectory
    ) throws -> Bool {
        var reader = RecordingReader(try FrameStream(MarkedFile.open(name, in: directory), from: 0), keepsText: false)
        while try reader.readMore(mayGrow: true) {
            guard case .incomplete = reader.next() else { return false }
        }
        return reader.takeDamages().isEmpty
    }

    /// Returns where the recordings end.
    func end() throws(Failure) -> RecordingPosition? { try RecordingPosition.newest(in: directory) }

    /// Returns the files that can have records of a window.
    ///
    /// A file ends before the next one begins, unless the clock was set back in between.
    func candidates(_ window: TimeWindow) -> ArraySlice<RecordingDirectory.File> {
        let disorder = DirectoryWriter.disorder
        func canMatter(_ position: Int) -> Bool {
            let begin = files[position].name.time
            guard begin < disorder || begin - disorder <= window.until else { return false }
            guard position + 1 < files.count, !files[position + 1].name.isSetBack else { return true }
            return files[position + 1].name.time &+ disorder >= window.since
        }
        let matching = files.indices.filter(canMatter)
        guard let first = matching.first, let last = matching.last else { return [] }
        return files[first...last]
    }

    /// Shows the records of a window.
    mutating func show(_ window: TimeWindow, in view: inout HistoryView, keepsText: Bool) throws {
        let candidates = candidates(window)
        if candidates.dropFirst().contains(where: \.name.isSetBack) {
            Console.print("the clock was set back: records are in the order in which tasks ended, not of their times")
        }
        for file in candidates {
            try show(file.name, since: window.since, in: &view, keepsText: keepsText) { false }
        }
    }

    /// Shows the records of a window, and then those that are added until the descriptor becomes readable.
    mutating func follow(
        _ window: TimeWindow, in view: inout HistoryView, keepsText: Bool, interruptedBy descriptor: Int32
    ) throws {
        var (next, isInterrupted) = (candidates(window)[...], false)
        while !isInterrupted {
            guard let file = try next.popFirst() ?? newer(than: files.last) else {
                isInterrupted = !Self.pause(unless: descriptor)
                continue
            }
            let directory = directory
            try show(file.name, since: window.since, in: &view, keepsText: keepsText) {
                if isInterrupted { return false }
                // The last records of a file are written before the next file is created.
                if try Self.file(after: file.name, in: directory) != nil { return false }
                isInterrupted = !Self.pause(unless: descriptor)
                return true
            }
        }
    }

    private mutating func newer(than last: RecordingDirectory.File?) throws -> RecordingDirectory.File? {
        let file = try Self.file(after: last?.name, in: directory)
        if let file { files.append(file) }
        return file
    }

    private static func file(
        after name: RecordingFileName?, in directory: RecordingDirectory
    ) throws(SystemError) -> RecordingDirectory.File? {
        try directory.list().files.first { $0.name.number > name?.number ?? 0 }
    }

    /// Shows a file from a time on; at its end, `waits` decides whether to try again.
    private func show(
        _ name: RecordingFileName, since: UInt64, in view: inout HistoryView, keepsText: Bool, waits: () throws -> Bool
    ) throws {
        let path = directory.path(of: name)
        do {
            var header = Self.header(of: name, in: directory)
            // A file may have been created just now.
            while header == nil, try Self.isCutInHeader(name, in: directory), try waits() {
                header = Self.header(of: name, in: directory)
            }
            guard let header else {
                guard try Self.isCutInHeader(name, in: directory) else {
                    return try view.damaged("\(path): no header of a recording")
                }
                if name != files.last?.name { Console.print("\(path) is truncated before its first record") }
                return
            }
            if let host, header.host != host {
                return Console.print("\(path) was recorded on \(header.host), not on \(host), and is skipped")
            }
            try view.begin(header)
            var place = try Self.place(name, since: since, in: directory)
            while place == nil {
                guard try waits() else { return }
                place = try Self.place(name, since: since, in: directory)
            }
            let file = try MarkedFile.open(name, in: directory)
            try show(FrameStream(file, from: place?.offset ?? 0), in: &view, keepsText: keepsText, waits: waits)
        } catch let error as SystemError {
            try view.damaged("cannot read \(path): \(error.text)")
        }
    }

    private static func place(
        _ name: RecordingFileName, since: UInt64, in directory: RecordingDirectory
    ) throws(SystemError) -> MarkedFile.Place? {
        try MarkedFile.open(name, in: directory).mark(before: since)
    }

    private func show(
        _ stream: consuming FrameStream, in view: inout HistoryView, keepsText: Bool, waits: () throws -> Bool
    ) throws {
        var reader = RecordingReader(stream, keepsText: keepsText)
        var isLast = false
        while true {
            while try reader.readMore(mayGrow: true) {
                while true {
                    let item = reader.next()
                    if case .incomplete = item { break }
                    if case .isPast = try view.take(item) { return }
                }
                for damage in reader.takeDamages() { try view.damaged(damage) }
                try view.flush()
            }
            if isLast { break }
            isLast = try !waits()
        }
        reader.reportTruncation(isNewest: reader.fileName == files.last?.name)
    }

    private static func pause(unless descriptor: Int32) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&entry, 1, pollInterval) <= 0
    }

    /// How often a follower looks for new records, in milliseconds; the recorder writes every second.
    private static let pollInterval: Int32 = 200
}

extension RecordingReader<FrameStream> {
    fileprivate mutating func takeDamages() -> [String] { source.takeDamages() }

    fileprivate var fileName: RecordingFileName { source.file.name }

    /// Reports that a file ends within a frame, unless it is still being written.
    fileprivate func reportTruncation(isNewest: Bool) {
        guard source.isInFrame, !isNewest else { return }
        Console.print("\(source.file.path) is truncated; the records before that are shown")
    }
}
