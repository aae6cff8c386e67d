import Glibc
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
        let end = Moment.monotonicMicroseconds + UInt64(duration / .microseconds(1))
        while case let now = Moment.monotonicMicroseconds, now < end {
            if unsafe poll(&interruption, 1, Int32(clamping: (end - now + 999) / 1_000)) > 0 { return false }
        }
        return true
    }
}

/// A test of whether two samples of one id are of the same task.
///
/// Ids are reused, and differences between two tasks are meaningless. A task that was alive at the first sample is
/// older at the second, by at least the time between them; a task that started later is younger than that. So the age
/// decides, independent of any clock that can be set.
enum TaskIdentity {
    /// The tolerance of comparisons, which are exact to the microsecond otherwise.
    static let slackMicroseconds: UInt64 = 2_000

    /// Returns whether a task of that age is the one with the earlier age, after at least this time.
    static func isSame(age: UInt64, earlier: UInt64, elapsedAtLeast elapsed: UInt64) -> Bool {
        age &+ slackMicroseconds >= earlier &+ elapsed
    }

    /// Returns whether a task of that age started after the earlier sample, after at most this time.
    static func isNew(age: UInt64, elapsedAtMost elapsed: UInt64) -> Bool {
        age <= elapsed &+ slackMicroseconds
    }
}

/// The clocks of the machine, as integers.
enum Moment {
    /// Microseconds of the clock for ages, which cannot be set and stops while the machine sleeps.
    static var monotonicMicroseconds: UInt64 { microseconds(CLOCK_MONOTONIC) }

    /// Nanoseconds since 1970.
    static var nanosecondsSince1970: UInt64 { microseconds(CLOCK_REALTIME) * 1_000 }

    private static func microseconds(_ clock: clockid_t) -> UInt64 {
        var time = timespec()
        unsafe clock_gettime(clock, &time)
        return UInt64(time.tv_sec) * 1_000_000 + UInt64(time.tv_nsec) / 1_000
    }
}
