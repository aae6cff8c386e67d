import TaskstatsModel

/// The last line of a complete recording.
package struct RecordingFooter: Hashable, Sendable {
    /// The `method` of its line.
    package static let method = "recording_end"

    /// The end of the recording, in nanoseconds since 1970.
    package var time: UInt64
    /// The reason for its end, for people.
    package var reason: String
    /// The number of recorded exits.
    package var exits: UInt64
    /// The number of records reported as lost.
    package var lost: UInt64

    /// Creates the footer of a recording that ends now.
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
            writer.field("time", time)
            writer.field("reason", reason)
            writer.field("exits", exits)
            writer.field("lost", lost)
        }
    }

    /// Decodes `params`.
    init?(_ params: JSONValue) {
        func number(_ name: String) -> UInt64? { params[name]?.integer.flatMap(UInt64.init(exactly:)) }
        guard let time = number("time"), let exits = number("exits"), let lost = number("lost") else { return nil }
        self.init(time: time, reason: params["reason"]?.string ?? "", exits: exits, lost: lost)
    }
}
