/// A selection of exits and of their fields.
public struct Subscription: Hashable, Sendable {
    /// The daemon's reaction when the client reads too slowly.
    @nonexhaustive
    public enum Overflow: String, Hashable, Sendable, CaseIterable {
        /// The daemon drops records that do not fit, and reports their number.
        case drop
        /// The daemon closes the connection.
        case disconnect
    }

    /// The CPUs of the exits.
    public var cpus: CPUSet
    /// Every task that ends, or only those that end a process.
    public var scope: RecordScope
    /// The fields to include; others are absent from the records.
    public var fields: FieldSet
    /// The records to include; the daemon applies the filter before it sends anything.
    public var filter: RecordFilter
    /// The daemon's reaction when the client reads too slowly.
    public var overflow: Overflow
    /// Whether records carry the origin of their process: ``ExitRecord/origin``.
    public var origin: Bool
    /// Whether the daemon also reports the start of every program.
    public var starts: Bool
    /// Where to start in what the daemon keeps; nil to start with the next record.
    ///
    /// When everything up to the present was sent, the daemon reports that, once.
    public var since: HistoryStart?

    /// Creates a subscription; by default to everything that the client can see.
    public init(
        cpus: CPUSet = .all, scope: RecordScope = .task, fields: FieldSet = .all,
        filter: RecordFilter = RecordFilter(), overflow: Overflow = .drop, origin: Bool = false, starts: Bool = false,
        since: HistoryStart? = nil
    ) {
        self.cpus = cpus
        self.scope = scope
        self.fields = fields
        self.filter = filter
        self.overflow = overflow
        self.origin = origin
        self.starts = starts
        self.since = since
    }
}
