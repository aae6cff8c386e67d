import TaskstatsModel

/// A line of a recording for a time without a connection to the daemon.
package struct RecordingGap: Hashable, Sendable {
    /// The `method` of its line.
    package static let method = "recording_gap"

    /// The daemon that answered at the end of a gap.
    package struct Successor: Hashable, Sendable {
        /// Its instance; a new instance restarts sequence numbers.
        package var instance: String
        /// The access of the recording user from now on.
        package var access: AccessTier
        /// Whether the kernel counts all delays from now on; nil when unknown.
        package var delayAccounting: Bool?

        /// Creates a daemon with these properties.
        package init(instance: String, access: AccessTier, delayAccounting: Bool?) {
            self.instance = instance
            self.access = access
            self.delayAccounting = delayAccounting
        }
    }

    /// When the connection ended, in nanoseconds since 1970.
    package var from: UInt64
    /// When the subscription was in force again or the recording ended, in nanoseconds since 1970.
    package var to: UInt64
    /// The reason why the connection ended, for people.
    package var reason: String
    /// The daemon after the gap; nil when the recording ended during the gap.
    package var successor: Successor?

    /// Creates a gap.
    package init(from: UInt64, to: UInt64, reason: String, successor: Successor?) {
        self.from = from
        self.to = to
        self.reason = reason
        self.successor = successor
    }
}

extension RecordingGap {
    /// The line, with its newline.
    package var line: ByteBuffer {
        ServerLine.notification(Self.method) { writer in
            writer.field("from", from)
            writer.field("to", to)
            writer.field("reason", reason)
            guard let successor else { return }
            writer.field("instance", successor.instance)
            writer.field("access", successor.access.rawValue)
            if let delayAccounting = successor.delayAccounting { writer.field("delay_accounting", delayAccounting) }
        }
    }

    /// Decodes `params`.
    init?(_ params: JSONValue) {
        func number(_ name: String) -> UInt64? { params[name]?.integer.flatMap(UInt64.init(exactly:)) }
        guard let from = number("from"), let to = number("to") else { return nil }
        self.init(from: from, to: to, reason: params["reason"]?.string ?? "", successor: Successor(params))
    }
}

extension RecordingGap.Successor {
    fileprivate init?(_ params: JSONValue) {
        guard let instance = params["instance"]?.string,
            let access = params["access"]?.string.flatMap(AccessTier.init)
        else { return nil }
        self.init(instance: instance, access: access, delayAccounting: params["delay_accounting"]?.bool)
    }
}
