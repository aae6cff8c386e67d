import TaskstatsProtocol

/// An event of a subscription, in the order of occurrence.
public enum TaskstatsEvent: Sendable, Equatable {
    /// A task ended.
    case exit(ExitRecord)
    /// Records are missing at this point.
    case lost(LostRecords)
    /// The daemon closes the connection; this is the last event.
    case closing(reason: String)
}

/// A number of lost records, and the place of the loss.
public struct LostRecords: Hashable, Sendable {
    /// A place where records can be lost.
    public enum Place: Hashable, Sendable {
        /// Between the kernel and the daemon, on this CPU.
        case kernel(cpu: Int)
        /// Between the daemon and this program, which read too slowly.
        case queue
    }

    /// The place of the loss.
    public var place: Place
    /// The exact number of records.
    public var count: UInt64

    /// Creates a loss of this number of records.
    public init(_ place: Place, count: UInt64) {
        self.place = place
        self.count = count
    }

    /// Creates a loss from its protocol message.
    package init(_ loss: Loss) {
        switch loss.place {
        case .kernel(let cpu): place = .kernel(cpu: cpu)
        case .queue: place = .queue
        }
        count = loss.count
    }
}
