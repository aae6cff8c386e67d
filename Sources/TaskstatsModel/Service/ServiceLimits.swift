/// The limits that apply to a client.
public struct ServiceLimits: Hashable, Sendable {
    /// The maximum length of a request, in bytes.
    public var requestBytes: Int
    /// The maximum nesting depth of a request.
    public var requestDepth: Int
    /// The maximum length of a line from the daemon, in bytes.
    public var lineBytes: Int
    /// The maximum number of queued bytes for the client before records are dropped.
    public var queueBytes: Int
    /// The maximum number of connections of one user.
    public var connectionsPerUID: Int
    /// The maximum number of new connections of one user per second; nil if they are not counted.
    public var connectionsPerSecond: Int?
    /// The maximum number of requests of one user per second; nil if they are not counted.
    public var requestsPerSecond: Int?
    /// The maximum number of different subscriptions of one user; nil if they are not counted.
    public var subscriptionsPerUID: Int?

    /// Creates limits.
    public init(
        requestBytes: Int = 8_192, requestDepth: Int = 16, lineBytes: Int = 65_536, queueBytes: Int,
        connectionsPerUID: Int, connectionsPerSecond: Int? = nil, requestsPerSecond: Int? = nil,
        subscriptionsPerUID: Int? = nil
    ) {
        self.requestBytes = requestBytes
        self.requestDepth = requestDepth
        self.lineBytes = lineBytes
        self.queueBytes = queueBytes
        self.connectionsPerUID = connectionsPerUID
        self.connectionsPerSecond = connectionsPerSecond
        self.requestsPerSecond = requestsPerSecond
        self.subscriptionsPerUID = subscriptionsPerUID
    }
}
