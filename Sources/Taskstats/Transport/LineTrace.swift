/// An observer of every line of a connection, for debugging.
///
/// A connection without a trace has no overhead.
package struct LineTrace: Sendable {
    /// The direction of a line.
    package enum Direction: Sendable {
        /// From this program to the daemon.
        case sent
        /// From the daemon to this program.
        case received
    }

    /// Receives each line without its newline: after all of it was sent, or before it is decoded.
    let show: @Sendable (Direction, [UInt8]) -> Void

    /// Creates a trace that calls the closure for each line.
    package init(_ show: @escaping @Sendable (Direction, [UInt8]) -> Void) { self.show = show }
}

extension TaskstatsConnection {
    /// Connects like ``connect(path:timeout:)``, and traces every line, including the handshake.
    package static func connect(
        path: String, timeout: Duration? = defaultTimeout, trace: LineTrace?
    ) throws(TaskstatsError) -> TaskstatsConnection {
        let deadline = timeout.map(SuspendingClock.now.advanced(by:))
        var stream = try LineStream.connect(path: path, within: timeout)
        stream.trace = trace
        while true {
            if let server = try stream.receivedHandshake() {
                return TaskstatsConnection(stream: stream, server: server, path: path, timeout: timeout)
            }
            guard try stream.wait(for: .readable, until: deadline) == .ready else { throw .timedOut }
            _ = try stream.receiveNow()
        }
    }
}
