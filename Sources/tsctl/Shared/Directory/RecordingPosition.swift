/// The place up to which a recording has everything: where the daemon's ring must continue.
struct RecordingPosition: Equatable {
    /// The instance of the daemon.
    var instance: String
    /// The index of the last record; nil if there is none, or the daemon sent no index.
    var index: UInt64?
    /// The latest time of a record, in nanoseconds since 1970.
    var time: UInt64

    /// Notes the next line.
    mutating func advance(to stamp: LineStamp) {
        if let index = stamp.index { self.index = max(index, self.index ?? 0) }
        if let time = stamp.time { self.time = max(time, self.time) }
    }
}
