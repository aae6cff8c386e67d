import Glibc
import LinuxSystem
import Taskstats
import TaskstatsProtocol

/// Many queries to the daemon, within its rate limit.
package enum RateLimitedQueries {
    package typealias Query = TaskstatsConnection.StatsRequest
    package typealias Reply = Result<TaskstatsConnection.StatsReply, TaskstatsError>

    /// The number of rounds without any reply before giving up: other programs of this user may use up the rate.
    package static let timeout = 10

    /// Sends all queries, and repeats those that the rate limit refused.
    package static func send(
        _ queries: [Query], on connection: TaskstatsConnection
    ) throws(TaskstatsError) -> [Reply] {
        // poll ignores negative numbers.
        try send(queries, on: connection, interruptedBy: -1) ?? []
    }

    /// Does the same; returns nil if the descriptor became readable before all replies arrived.
    package static func send(
        _ queries: [Query], on connection: TaskstatsConnection, interruptedBy descriptor: Int32
    ) throws(TaskstatsError) -> [Reply]? {
        guard var replies = try connection.stats(queries, interruptedBy: descriptor) else { return nil }
        var roundsWithoutReply = 0
        while let pause = pause(after: replies) {
            guard wait(pause, interruptedBy: descriptor) else { return nil }
            let refused = replies.indices.filter { limit(in: replies[$0]) != nil }
            let queries = refused.map { queries[$0] }
            guard let again = try connection.stats(queries, interruptedBy: descriptor) else { return nil }
            for (index, reply) in zip(refused, again) { replies[index] = reply }
            roundsWithoutReply = again.contains { limit(in: $0) == nil } ? 0 : roundsWithoutReply + 1
            if roundsWithoutReply == timeout { break }
        }
        return replies
    }

    /// Returns the pause before the refused queries can be repeated; nil if none was refused by the rate limit.
    package static func pause(after replies: [Reply]) -> Duration? {
        var (refused, allowed) = (0, 1)
        for reply in replies {
            guard let limit = limit(in: reply) else { continue }
            refused += 1
            allowed = max(1, limit.allowed)
        }
        // At most one second's worth of queries accumulates.
        return refused == 0 ? nil : .milliseconds(1 + min(1_000, refused * 1_000 / allowed))
    }

    private static func limit(in reply: Reply) -> TaskstatsError.Limit? {
        guard case .failure(let error) = reply, error.code == .limitExceeded else { return nil }
        return error.limit
    }

    /// Waits; returns false if the descriptor became readable first.
    private static func wait(_ duration: Duration, interruptedBy descriptor: Int32) -> Bool {
        var interruption = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        let end = SystemClock.monotonicMicroseconds + UInt64(duration / .microseconds(1))
        while case let now = SystemClock.monotonicMicroseconds, now < end {
            if unsafe poll(&interruption, 1, Int32(clamping: (end - now + 999) / 1_000)) > 0 { return false }
        }
        return true
    }
}
