import TaskstatsProtocol

/// Which exits to be told of, and what of each.
public struct Subscription: Hashable, Sendable {
    /// What happens when this program does not read as fast as records come.
    public enum Overflow: String, Hashable, Sendable, CaseIterable {
        /// The daemon drops what does not fit, counts it and tells.
        case drop
        /// The daemon closes the connection.
        case disconnect
    }

    /// The CPUs whose exits are wanted, as the kernel writes a list: "0-3,8", "0-31:2/4", "N" for the last, "all".
    public var cpus: String
    /// Every task that ends, or only what ends a process.
    public var scope: RecordScope
    /// The members wanted; others are absent from the records.
    public var fields: FieldSet
    /// The records wanted; the daemon applies it before anything is sent.
    public var filter: RecordFilter
    /// What to do when this program does not keep up.
    public var overflow: Overflow

    /// A subscription; without arguments, to everything that this user may see.
    public init(
        cpus: String = "all", scope: RecordScope = .task, fields: FieldSet = .all,
        filter: RecordFilter = RecordFilter(),
        overflow: Overflow = .drop
    ) {
        self.cpus = cpus
        self.scope = scope
        self.fields = fields
        self.filter = filter
        self.overflow = overflow
    }
}

extension SubscribeParameters {
    init(_ subscription: Subscription) {
        self.init()
        cpus = subscription.cpus
        scope = subscription.scope
        fields = subscription.fields
        filter = subscription.filter
        overflow =
            switch subscription.overflow {
            case .drop: .drop
            case .disconnect: .disconnect
            }
    }
}
