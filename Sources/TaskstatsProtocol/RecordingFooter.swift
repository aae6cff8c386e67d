import TaskstatsModel

/// What stands last in a recording that was ended and not cut off.
package struct RecordingFooter: Hashable, Sendable {
    /// The `method` of its line.
    package static let method = "recording_end"

    /// When it ended, in nanoseconds since 1970.
    package var time: UInt64
    /// What ended it, for people.
    package var reason: String
    /// How many exits stand in it.
    package var exits: UInt64
    /// How many records its losses count.
    package var lost: UInt64

    /// The footer of a recording that ends now.
    package init(time: UInt64, reason: String, exits: UInt64, lost: UInt64) {
        self.time = time
        self.reason = reason
        self.exits = exits
        self.lost = lost
    }
}

extension RecordingFooter {
    /// The line, with its newline.
    package var line: ByteBuffer {
        ServerLine.notification(Self.method) { writer in
            writer.member("time", time)
            writer.member("reason", reason)
            writer.member("exits", exits)
            writer.member("lost", lost)
        }
    }

    /// Reads `params`.
    init?(_ params: JSONValue) {
        func number(_ name: String) -> UInt64? { params[name]?.integer.flatMap(UInt64.init(exactly:)) }
        guard let time = number("time"), let exits = number("exits"), let lost = number("lost") else { return nil }
        self.init(time: time, reason: params["reason"]?.string ?? "", exits: exits, lost: lost)
    }
}
