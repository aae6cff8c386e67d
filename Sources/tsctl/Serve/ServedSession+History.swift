import Taskstats
import TaskstatsProtocol

/// Where a subscription begins: the recording is the history of the served daemon.
extension ServedSession {
    /// A position in the recording, and what is missing before it.
    struct Start {
        var position: Int
        /// The index after which it begins.
        var index: UInt64
        var loss: LostRecords?
    }

    /// Returns where a subscription begins: without `since` it continues to play.
    func start(_ since: HistoryStart?, at present: Present) throws(ProtocolError) -> Start {
        guard var since else { return Start(position: position, index: recording.index(before: position)) }
        // A duration counts back from the end of the recording.
        if case .ago(let duration) = since {
            since = .time(recording.end - min(duration.wholeNanoseconds, recording.end))
        }
        let resolved = try since.resolved(
            instance: server.instance, indexBefore: forgottenIndex, lastIndex: recording.lastIndex,
            now: max(present.realtime, recording.end))
        switch resolved {
        case .after(let index): return Start(position: recording.position(after: index), index: index)
        case .time(let time): return start(at: time)
        case .oldest(let count): return missing(server.access == .all ? count : nil)
        }
    }

    private func start(at time: UInt64) -> Start {
        let position = recording.position(at: time)
        guard time >= recording.header.start, recording.index(before: position) >= forgottenIndex else {
            return missing(nil)
        }
        return Start(position: position, index: recording.index(before: position))
    }

    /// The index up to which the history was discarded.
    var forgottenIndex: UInt64 {
        guard behavior.forgottenIndex > 0 else { return 0 }
        return min(recording.indexBeforeFirst + behavior.forgottenIndex, recording.lastIndex)
    }

    /// Returns the oldest record that is kept, with this number of records missing before it.
    private func missing(_ count: UInt64?) -> Start {
        Start(
            position: recording.position(after: forgottenIndex), index: forgottenIndex,
            loss: LostRecords(.history, count: count, index: forgottenIndex))
    }
}
