/// Messages about the service manager's descriptor store that have not been sent, in order.
///
/// It decides, and sends nothing itself. The manager's socket can be full, for example when many CPUs are registered at
/// once. Unsent messages are sent later, and a socket that is removed from the store before it was sent is never sent.
/// So the queue holds at most two messages for each name.
struct DescriptorStoreQueue {
    enum Message: Equatable {
        case keep(descriptor: Int32, name: String)
        case forget(name: String)
    }

    static let retryPause: UInt64 = 100_000_000

    private var pending: [Message] = []
    private var retryAt: UInt64?
    private var hasFailed = false

    /// When to retry a postponed message, in monotonic nanoseconds; nil when there is none.
    var nextDue: UInt64? { pending.isEmpty ? nil : retryAt }

    /// Adds a socket.
    mutating func keep(_ descriptor: Int32, as name: String) {
        pending.append(.keep(descriptor: descriptor, name: name))
    }

    /// Adds the removal of a name, unless the socket of that name has not been sent.
    mutating func forget(_ name: String) {
        let count = pending.count
        pending.removeAll { if case .keep(_, name) = $0 { true } else { false } }
        if pending.count == count { pending.append(.forget(name: name)) }
    }

    /// Discards pending messages about a socket that is about to be closed.
    mutating func cancel(_ descriptor: Int32) {
        pending.removeAll { if case .keep(descriptor, _) = $0 { true } else { false } }
    }

    /// Returns the message to send now; nil when there is none, or when it is too early to retry.
    mutating func next(now: UInt64) -> Message? {
        if let retryAt, now < retryAt { return nil }
        retryAt = nil
        return pending.first
    }

    /// Discards the first message, which was sent or can never be.
    mutating func sent() { pending.removeFirst() }

    /// Postpones the messages.
    mutating func postpone(now: UInt64) { retryAt = now + Self.retryPause }

    /// Returns whether this failure is the first one, which is logged.
    mutating func isFirstFailure() -> Bool {
        defer { hasFailed = true }
        return !hasFailed
    }
}
