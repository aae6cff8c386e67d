import LinuxSystem
import TaskstatsProtocol

extension TaskstatsConnection {
    /// The result of reconnecting.
    package enum Reconnected: Equatable {
        /// The connection and its subscription are restored; if resumed, no record is missing without a report.
        case restored(isResumed: Bool)
        /// The descriptor became readable first.
        case interrupted
    }

    /// Replaces an ended connection like ``reconnect()``, unless the descriptor becomes readable first.
    ///
    /// While the daemon's backlog is full it throws immediately, because a waiting connect cannot be interrupted.
    package func reconnect(interruptedBy descriptor: Int32) throws(TaskstatsError) -> Reconnected {
        let deadline = timeout.map(SuspendingClock.now.advanced(by:))
        var fresh = LineStream(try Self.socket(to: path))
        fresh.trace = stream.trace
        fresh.keepsText = stream.keepsText
        while true {
            if let server = try fresh.receivedHandshake() {
                return try adopt(
                    TaskstatsConnection(stream: fresh, server: server, path: path, timeout: timeout),
                    interruptedBy: descriptor)
            }
            switch try fresh.wait(for: .readable, until: deadline, interruptedBy: descriptor) {
            case .ready: _ = try fresh.receiveNow()
            case .late: throw .timedOut
            case .interrupted: return .interrupted
            }
        }
    }

    private func adopt(
        _ connection: TaskstatsConnection, interruptedBy descriptor: Int32
    ) throws(TaskstatsError) -> Reconnected {
        let isResumed = canResume(at: connection.server)
        if let subscription = subscription(resumingAt: connection.server) {
            let request = TypedRequest.subscribe(subscription)
            guard let answer = try connection.answer(to: request.call, interruptedBy: descriptor) else {
                return .interrupted
            }
            connection.stateMachine.start = try connection.read(answer, to: request).start(at: connection.server)
        }
        replace(with: connection)
        return .restored(isResumed: isResumed)
    }

    private static func socket(to path: String) throws(TaskstatsError) -> Descriptor {
        do throws(SystemError) {
            return try UnixSocket.connectNow(to: path)
        } catch {
            throw .connecting(to: path, error)
        }
    }
}
