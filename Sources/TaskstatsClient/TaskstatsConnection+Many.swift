import TaskstatsProtocol

// Many requests in a row. Waiting for each answer before the next request costs two wake-ups for each; so requests are sent
// ahead of their answers. How many are under way is bounded, so that neither side holds more than a few answers at a time.

extension TaskstatsConnection {
    /// How many requests are sent ahead of their answers at most.
    static let requestsUnderWay = 256

    /// What the kernel has counted so far for each of these tasks, in their order, by their thread ids.
    ///
    /// It is much faster than asking for one after the other. A task that is gone, or not for this user, has its error in
    /// its place; it throws only when the connection fails, or nothing is answered for ``timeout``.
    public func stats<ID: BinaryInteger>(
        ofTasks pids: some Sequence<ID>, fields: FieldSet = .all
    ) throws(TaskstatsError) -> [Result<TaskRecord, TaskstatsError>] {
        var questions: [Question<TaskRecord>] = []
        for pid in pids { questions.append(try .stats(ofTask: pid, fields: fields)) }
        return try ask(questions).map { answer in answer.map(\.result) }
    }

    /// The same for processes, by their process ids: all tasks of each together.
    public func stats<ID: BinaryInteger>(
        ofProcesses tgids: some Sequence<ID>, fields: FieldSet = .all
    ) throws(TaskstatsError) -> [Result<TaskRecord, TaskstatsError>] {
        var questions: [Question<TaskRecord>] = []
        for tgid in tgids { questions.append(try .stats(ofProcess: tgid, fields: fields)) }
        return try ask(questions).map { answer in answer.map(\.result) }
    }

    /// One of several questions after statistics.
    package struct StatsQuestion: Hashable, Sendable {
        /// Whose: a task or a process.
        package var target: QueryTarget
        /// Which members.
        package var fields: FieldSet

        /// A question after these members.
        package init(_ target: QueryTarget, fields: FieldSet) {
            self.target = target
            self.fields = fields
        }
    }

    /// An answer to a question after statistics.
    package struct StatsAnswer: Sendable {
        /// The statistics.
        package var record: TaskRecord
        /// The text of the result; empty unless ``keepsText`` was set.
        package var text: [UInt8]
    }

    /// The answers to questions after tasks and processes, in their order.
    package func stats(
        _ questions: [StatsQuestion]
    ) throws(TaskstatsError) -> [Result<StatsAnswer, TaskstatsError>] {
        try ask(questions.map { Question(of: $0.target, $0.fields) }).map { answer in
            answer.map { StatsAnswer(record: $0.result, text: $0.text) }
        }
    }

    /// Asks all of them and returns what is answered, in their order.
    private func ask<Value>(
        _ questions: [Question<Value>]
    ) throws(TaskstatsError) -> [Result<(result: Value, text: [UInt8]), TaskstatsError>] {
        var results: [Result<(result: Value, text: [UInt8]), TaskstatsError>] = []
        results.reserveCapacity(questions.count)
        for (question, answer) in zip(questions, try answers(to: questions.map(\.call))) {
            switch answer {
            case .success(let answer): results.append(.success((try read(answer, to: question), answer.text)))
            case .failure(let error): results.append(.failure(error))
            }
        }
        return results
    }

    private func answers(to calls: [Request.Call]) throws(TaskstatsError) -> [Result<Answer, TaskstatsError>] {
        guard !calls.isEmpty else { return [] }
        var answers = [Result<Answer, TaskstatsError>?](repeating: nil, count: calls.count)
        var (asked, answered) = (0, 0)
        let firstID = conversation.lastID + 1
        let ids = firstID...firstID + Int64(calls.count - 1)
        var letter = try letter(asking: calls[..<0])
        var deadline = timeout.map(SuspendingClock.now.advanced(by:))
        while answered < calls.count {
            // Half of them at a time, so that many go into one message.
            if letter.isSent, asked < calls.count, asked - answered <= Self.requestsUnderWay / 2 {
                let end = min(calls.count, answered + Self.requestsUnderWay)
                letter = try self.letter(asking: calls[asked..<end])
                asked = end
            }
            let isSent = try sendNow(&letter)
            let received = try takeReceivedAnswers(to: ids, into: &answers)
            guard received == 0 else {
                answered += received
                deadline = timeout.map(SuspendingClock.now.advanced(by:))
                continue
            }
            // Both, as a daemon whose queue is full reads no more requests until answers are read.
            guard try stream.wait(for: isSent ? .readable : .either, until: deadline) == .ready else {
                throw isSent ? .timedOut : abandoned(letter)
            }
            _ = try receiveNow()
        }
        return answers.compactMap { $0 }
    }

    /// Puts each answer that is here already into its place; returns how many were missing there.
    private func takeReceivedAnswers(
        to ids: ClosedRange<Int64>, into answers: inout [Result<Answer, TaskstatsError>?]
    ) throws(TaskstatsError) -> Int {
        var count = 0
        while let (id, answer) = try receivedAnswer(to: ids) {
            let index = Int(id - ids.lowerBound)
            if answers[index] == nil {
                answers[index] = answer
                count += 1
            }
        }
        return count
    }
}
