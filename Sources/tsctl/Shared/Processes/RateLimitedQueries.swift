import Glibc
import LinuxSystem
import Taskstats
import TaskstatsProtocol

/// Many queries to the daemon, within its rate limit.
enum RateLimitedQueries {
    typealias TypedRequest = TaskstatsConnection.StatsRequest
    typealias Answer = Result<TaskstatsConnection.StatsReply, TaskstatsError>

    /// The number of rounds without any reply before giving up: other programs of this user may use up the rate.
    static let timeout = 10

    /// Sends all queries, and repeats those that the rate limit refused.
    static func ask(
        _ requests: [TypedRequest], on connection: TaskstatsConnection
    ) throws(TaskstatsError) -> [Answer] {
        // poll ignores negative numbers.
        try ask(requests, on: connection, interruptedBy: -1) ?? []
    }

    /// Does the same; returns nil if the descriptor became readable before all replies arrived.
    static func ask(
        _ requests: [TypedRequest], on connection: TaskstatsConnection, interruptedBy descriptor: Int32
    ) throws(TaskstatsError) -> [Answer]? {
        guard var answers = try connection.stats(requests, interruptedBy: descriptor) else { return nil }
        var fruitlessRounds = 0
        while let pause = pause(after: answers) {
            guard wait(pause, interruptedBy: descriptor) else { return nil }
            let refused = answers.indices.filter { limit(in: answers[$0]) != nil }
            let requests = refused.map { requests[$0] }
            guard let again = try connection.stats(requests, interruptedBy: descriptor) else { return nil }
            for (index, answer) in zip(refused, again) { answers[index] = answer }
            fruitlessRounds = again.contains { limit(in: $0) == nil } ? 0 : fruitlessRounds + 1
            if fruitlessRounds == timeout { break }
        }
        return answers
    }

    /// Returns the pause before the refused queries can be repeated; nil if none was refused by the rate limit.
    static func pause(after answers: [Answer]) -> Duration? {
        var (refused, allowed) = (0, 1)
        for answer in answers {
            guard let limit = limit(in: answer) else { continue }
            refused += 1
            allowed = max(1, limit.allowed)
        }
        // At most one second's worth of queries accumulates.
        return refused == 0 ? nil : .milliseconds(1 + min(1_000, refused * 1_000 / allowed))
    }

    private static func limit(in answer: Answer) -> TaskstatsError.Limit? {
        guard case .failure(let error) = answer, error.code == .limitExceeded else { return nil }
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
