/// Who is shown every line of a connection as it goes by, for looking into what is said.
///
/// A connection without one does nothing for it.
package struct LineTrace: Sendable {
    /// Which way a line goes.
    package enum Direction: Sendable {
        /// From this program to the daemon.
        case sent
        /// From the daemon to this program.
        case received
    }

    /// Called with each line, without its newline: when all of it was sent, or when it is about to be read.
    let show: @Sendable (Direction, [UInt8]) -> Void

    /// A trace that calls this for each line.
    package init(_ show: @escaping @Sendable (Direction, [UInt8]) -> Void) { self.show = show }
}

extension TaskstatsConnection {
    /// Connects as ``connect(path:timeout:)`` does, and shows every line from the greeting on.
    package static func connect(
        path: String, timeout: Duration? = defaultTimeout, trace: LineTrace?
    ) throws(TaskstatsError) -> TaskstatsConnection {
        let deadline = timeout.map(SuspendingClock.now.advanced(by:))
        var stream = try LineStream.connect(path: path, within: timeout)
        stream.trace = trace
        while true {
            if let server = try stream.receivedGreeting() {
                return TaskstatsConnection(stream: stream, server: server, path: path, timeout: timeout)
            }
            guard try stream.wait(for: .readable, until: deadline) == .ready else { throw .timedOut }
            _ = try stream.receiveNow()
        }
    }
}
