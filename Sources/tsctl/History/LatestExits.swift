import LinuxSystem
import Taskstats
import TaskstatsProtocol

/// The latest exits that are selected, at most a number of them.
struct LatestExits {
    /// An exit and its text.
    typealias Item = (record: ExitRecord, text: [UInt8])

    private let limit: Int
    private var selection: RecordedExits
    private let keepsText: Bool
    private var items: [Item] = []
    /// The header of the recording of the oldest one.
    private(set) var header: RecordingHeader?

    /// Creates an empty collection.
    init(_ limit: Int, of selection: RecordedExits, keepsText: Bool) {
        self.limit = limit
        self.selection = selection
        self.keepsText = keepsText
    }

    /// The exits, oldest first.
    var exits: [Item] { items.suffix(limit) }

    private var isFull: Bool { items.count >= limit }

    /// Takes an exit that is newer than all others.
    mutating func append(_ record: ExitRecord, text: [UInt8] = []) {
        guard selection.selects(record) else { return }
        items.append((record, text))
        if items.count > 2 * limit { items.removeFirst(items.count - limit) }
    }

    /// Takes the header of a daemon's stream.
    mutating func begin(_ header: RecordingHeader) { self.header = self.header ?? header }

    /// Takes what a directory has before the exits so far, from the newest frame backwards.
    mutating func prepend(_ history: DirectoryHistory) throws {
        for file in history.files.reversed() where !isFull {
            do {
                guard let header = history.header(of: file.name) else { continue }
                self.header = header
                try prepend(MarkedFile.open(file.name, in: history.directory), in: history.directory)
            } catch let error as SystemError {
                Console.print("cannot read \(history.directory.path(of: file.name)): \(error.text)")
            }
        }
    }

    private mutating func prepend(_ file: consuming MarkedFile, in directory: RecordingDirectory) throws {
        let (name, size) = (file.name, file.size)
        var end = size
        while !isFull, let place = try file.lastMark(before: end) {
            let opened = try MarkedFile.open(name, in: directory)
            try prepend(FrameStream(opened, from: place.offset, to: end))
            end = place.offset
        }
    }

    private mutating func prepend(_ frame: consuming FrameStream) throws {
        var reader = RecordingReader(frame, keepsText: keepsText)
        var earlier: [Item] = []
        while try reader.readMore(mayGrow: true) {
            while true {
                let item = reader.next()
                if case .incomplete = item { break }
                guard case .line(.exit(let record), let text) = item, selection.selects(record) else { continue }
                earlier.append((record, text))
            }
        }
        items = earlier.suffix(limit - items.count) + items
    }
}
