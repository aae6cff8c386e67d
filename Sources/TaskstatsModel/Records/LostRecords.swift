/// A number of lost records, and the place of the loss.
public struct LostRecords: Hashable, Sendable {
    /// A place where records can be lost.
    @nonexhaustive
    public enum Place: Hashable, Sendable {
        /// Between the kernel and the daemon, on this CPU.
        case kernel(cpu: Int)
        /// Between the daemon and the client, which read too slowly.
        case queue
        /// Between the kernel and the daemon, starts of programs; the kernel does not say on which CPU.
        case starts
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
}
