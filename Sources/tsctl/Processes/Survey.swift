import Glibc
import TaskstatsClient
import TaskstatsProtocol

/// Many questions to the daemon, asked no faster than it allows.
enum Survey {
    typealias Question = TaskstatsConnection.StatsQuestion
    typealias Answer = Result<TaskstatsConnection.StatsAnswer, TaskstatsError>

    /// How often to come back although every request was refused: others of this user may use the whole rate up.
    static let patience = 10

    /// Asks all of them; what the daemon refuses for the rate of requests is asked again when the rate allows it.
    static func ask(
        _ questions: [Question], on connection: TaskstatsConnection
    ) throws(TaskstatsError) -> [Answer] {
        var answers = try connection.stats(questions)
        var roundsInVain = 0
        while let pause = pause(after: answers) {
            wait(pause)
            let refused = answers.indices.filter { limit(in: answers[$0]) != nil }
            let again = try connection.stats(refused.map { questions[$0] })
            for (index, answer) in zip(refused, again) { answers[index] = answer }
            roundsInVain = again.contains { limit(in: $0) == nil } ? 0 : roundsInVain + 1
            if roundsInVain == patience { break }
        }
        return answers
    }

    /// How long to wait until the refused ones can be asked again; nil when none was refused for the rate.
    static func pause(after answers: [Answer]) -> Duration? {
        var (refused, allowed) = (0, 1)
        for answer in answers {
            guard let limit = limit(in: answer) else { continue }
            refused += 1
            allowed = max(1, limit.allowed)
        }
        // No more than a second's worth can be saved up.
        return refused == 0 ? nil : .milliseconds(1 + min(1_000, refused * 1_000 / allowed))
    }

    private static func limit(in answer: Answer) -> TaskstatsError.Limit? {
        guard case .failure(let error) = answer, error.code == .limitExceeded else { return nil }
        return error.limit
    }

    private static func wait(_ duration: Duration) {
        let end = Moment.monotonicMicroseconds + UInt64(duration / .microseconds(1))
        while case let now = Moment.monotonicMicroseconds, now < end { usleep(UInt32(min(end - now, 999_999))) }
    }
}
