import TaskstatsProtocol

/// Something that a subscriber is told, in the order in which it happened.
public enum TaskstatsEvent: Sendable, Equatable {
    /// A task ended.
    case exit(ExitRecord)
    /// Records are missing here.
    case lost(LostRecords)
    /// The daemon closes the connection; nothing comes after this.
    case closing(reason: String)
}

/// Records that were lost: how many, exactly, and where.
public struct LostRecords: Hashable, Sendable {
    /// Where records get lost.
    public enum Place: Hashable, Sendable {
        /// Between the kernel and the daemon, on this CPU.
        case kernel(cpu: Int)
        /// Between the daemon and this program, which did not read as fast as records came.
        case queue
    }

    /// Where they were lost.
    public var place: Place
    /// How many.
    public var count: UInt64

    /// So many records, lost there.
    public init(_ place: Place, count: UInt64) {
        self.place = place
        self.count = count
    }

    /// What the protocol tells.
    package init(_ loss: Loss) {
        switch loss.place {
        case .kernel(let cpu): place = .kernel(cpu: cpu)
        case .queue: place = .queue
        }
        count = loss.count
    }
}
