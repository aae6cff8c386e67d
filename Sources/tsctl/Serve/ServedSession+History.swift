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
        switch since {
        case nil: return Start(position: position, index: recording.index(before: position))
        case .after(server.instance, let index):
            guard index <= recording.lastIndex else {
                throw .invalidParams(
                    "since.index", "is greater than that of the last record, which is \(recording.lastIndex)")
            }
            guard index < forgottenIndex else { return Start(position: recording.position(after: index), index: index) }
            return missing(server.access == .all ? forgottenIndex - index : nil)
        case .after: return missing(nil)
        case .time(let time):
            guard time <= present.realtime else { throw .invalidParams("since", "is in the future") }
            return start(at: time)
        case .ago(let duration):
            return start(at: recording.end - min(duration.wholeNanoseconds, recording.end))
        }
    }

    private func start(at time: UInt64) -> Start {
        let position = recording.position(at: time)
        guard time >= recording.header.start, recording.index(before: position) >= forgottenIndex else {
            return missing(nil)
        }
        return Start(position: position, index: recording.index(before: position))
    }

    private var forgottenIndex: UInt64 { min(behavior.forgottenIndex, recording.lastIndex) }

    /// Returns the oldest record that is kept, with this number of records missing before it.
    private func missing(_ count: UInt64?) -> Start {
        Start(
            position: recording.position(after: forgottenIndex), index: forgottenIndex,
            loss: LostRecords(.history, count: count, index: forgottenIndex))
    }
}
