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
        /// In the history: records that the daemon does not keep, or not any more.
        case history
    }

    /// The place of the loss.
    public var place: Place
    /// The exact number of records; nil if it is not known, which happens only in the history.
    public var count: UInt64?
    /// The index up to which every record was delivered or reported as lost; nil if the daemon does not number records.
    public var index: UInt64?

    /// Creates a loss of this number of records.
    public init(_ place: Place, count: UInt64?, index: UInt64? = nil) {
        self.place = place
        self.count = count
        self.index = index
    }
}

extension LostRecords: CustomStringConvertible {
    /// The number in words: "144 records", "1 start", "an unknown number of records".
    public var description: String {
        let noun = place == .starts ? "start" : "record"
        guard let count else { return "an unknown number of \(noun)s" }
        return "\(count) \(noun)\(count == 1 ? "" : "s")"
    }
}
