import LinuxSystem
import TaskstatsProtocol

extension TaskstatsConnection {
    /// Replaces an ended connection like ``reconnect()``; returns false if the descriptor became readable first.
    ///
    /// While the daemon's backlog is full it throws immediately, because a waiting connect cannot be interrupted.
    package func reconnect(interruptedBy descriptor: Int32) throws(TaskstatsError) -> Bool {
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
            case .interrupted: return false
            }
        }
    }

    private func adopt(
        _ connection: TaskstatsConnection, interruptedBy descriptor: Int32
    ) throws(TaskstatsError) -> Bool {
        if let subscription {
            let request = TypedRequest.subscribe(subscription)
            guard let answer = try connection.answer(to: request.call, interruptedBy: descriptor) else { return false }
            _ = try connection.read(answer, to: request)
        }
        replace(with: connection)
        return true
    }

    private static func socket(to path: String) throws(TaskstatsError) -> Descriptor {
        do throws(SystemError) {
            return try UnixSocket.connectNow(to: path)
        } catch {
            throw .connecting(to: path, error)
        }
    }
}
