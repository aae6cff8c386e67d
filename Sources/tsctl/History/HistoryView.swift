import CommandSupport
import Taskstats
import TaskstatsProtocol

/// The part of a history that a window shows.
///
/// Only exits have a time. A loss or a gap is shown where it stands between them.
struct HistoryView: ~Copyable {
    /// What a line means for reading on.
    enum Progress {
        case goesOn
        /// Nothing in this file can be in the window any more.
        case isPast
    }

    private let window: TimeWindow
    private var player: Player
    /// The time of the last exit.
    private var time: UInt64 = 0

    init(_ window: TimeWindow, _ player: consuming Player) {
        self.window = window
        self.player = player
        self.player.begin(at: window.since)
    }

    /// Takes a header.
    mutating func begin(_ header: RecordingHeader) throws(Failure) {
        try player.begin(header)
        time = max(time, min(header.start, window.until))
    }

    /// Takes an item of a recording.
    mutating func take(_ item: RecordingItem) throws -> Progress {
        switch item {
        case .line(.header(let header), _): try begin(header)
        case .line(.exit(let exit), let text): return try self.exit(exit, text: text)
        case .line(.lost(let loss), _): try lost(loss)
        case .line(.gap(let gap), _): try self.gap(gap)
        case .line(.start, _), .line(.footer, _), .line(.other, _), .incomplete, .truncated: break
        case .damaged(_, let problem, _): try player.damaged("a damaged line: \(problem)")
        }
        return .goesOn
    }

    /// Takes an exit, with its text if there is one.
    mutating func exit(_ exit: ExitRecord, text: [UInt8]?) throws(StandardOutput.Stop) -> Progress {
        time = exit.time
        if window.contains(time) { try player.exit(exit, text: text) }
        return time > window.until &+ min(DirectoryWriter.disorder, .max - window.until) ? .isPast : .goesOn
    }

    /// Takes a loss.
    mutating func lost(_ loss: LostRecords) throws(StandardOutput.Stop) {
        if window.contains(time) { try player.lost(loss) }
    }

    /// Takes a gap.
    mutating func gap(_ gap: RecordingGap) throws {
        if gap.to >= window.since, gap.from <= window.until { try player.gap(gap) }
    }

    /// Takes something that is wrong with a file.
    mutating func damaged(_ text: String) throws(StandardOutput.Stop) { try player.damaged(text) }

    mutating func flush() throws(StandardOutput.Stop) { try player.flush() }

    /// The final message.
    var result: String { player.result }

    mutating func finish(as form: OutputForm) throws { try player.finish(as: form) }
}
