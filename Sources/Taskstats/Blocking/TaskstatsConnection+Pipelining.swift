import TaskstatsProtocol

// Pipelined requests. Waiting for each reply before the next request costs two wake-ups per request, so requests are
// sent ahead of their replies. The number of requests in flight is bounded, so that neither side buffers too many
// replies.

extension TaskstatsConnection {
    /// The maximum number of requests in flight.
    static let requestsInFlight = 256

    /// Returns the counters of each of these tasks so far, in the given order, by thread id.
    ///
    /// This is much faster than one request after another. The error of a task that does not exist, or that this user
    /// may not see, takes the place of its counters. The call throws only if the connection fails, or if no reply
    /// arrives within ``timeout``.
    public func stats<ID: BinaryInteger>(
        ofTasks pids: some Sequence<ID>, fields: FieldSet = .all
    ) throws(TaskstatsError) -> [Result<TaskRecord, TaskstatsError>] {
        var requests: [TypedRequest<TaskRecord>] = []
        for pid in pids { requests.append(try .stats(ofTask: pid, fields: fields)) }
        return try ask(requests).map { answer in answer.map(\.result) }
    }

    /// Returns the counters of each of these processes so far, summed over their tasks, by process id.
    public func stats<ID: BinaryInteger>(
        ofProcesses tgids: some Sequence<ID>, fields: FieldSet = .all
    ) throws(TaskstatsError) -> [Result<TaskRecord, TaskstatsError>] {
        var requests: [TypedRequest<TaskRecord>] = []
        for tgid in tgids { requests.append(try .stats(ofProcess: tgid, fields: fields)) }
        return try ask(requests).map { answer in answer.map(\.result) }
    }

    /// One of several requests for statistics.
    package struct StatsRequest: Hashable, Sendable {
        /// The task or process.
        package var target: QueryTarget
        /// The requested fields.
        package var fields: FieldSet

        /// Creates a request for these fields.
        package init(_ target: QueryTarget, fields: FieldSet) {
            self.target = target
            self.fields = fields
        }
    }

    /// The reply to a request for statistics.
    package struct StatsReply: Sendable {
        /// The statistics.
        package var record: TaskRecord
        /// The text of the result; empty unless ``keepsText`` is set.
        package var text: [UInt8]
    }

    /// Returns the replies to requests for tasks and processes, in order.
    package func stats(
        _ requests: [StatsRequest]
    ) throws(TaskstatsError) -> [Result<StatsReply, TaskstatsError>] {
        try ask(requests.map { TypedRequest(of: $0.target, $0.fields) }).map(Self.statsAnswer)
    }

    /// Does the same; returns nil if the descriptor became readable before all replies arrived.
    package func stats(
        _ requests: [StatsRequest], interruptedBy descriptor: Int32
    ) throws(TaskstatsError) -> [Result<StatsReply, TaskstatsError>]? {
        let requests = requests.map { TypedRequest(of: $0.target, $0.fields) }
        guard let answers = try answers(to: requests.map(\.call), interruptedBy: descriptor) else { return nil }
        return try read(answers, to: requests).map(Self.statsAnswer)
    }

    private static func statsAnswer(
        _ answer: Result<(result: TaskRecord, text: [UInt8]), TaskstatsError>
    ) -> Result<StatsReply, TaskstatsError> {
        answer.map { StatsReply(record: $0.result, text: $0.text) }
    }

    /// Sends all requests and returns their results, in order.
    private func ask<Value>(
        _ requests: [TypedRequest<Value>]
    ) throws(TaskstatsError) -> [Result<(result: Value, text: [UInt8]), TaskstatsError>] {
        guard let answers = try answers(to: requests.map(\.call), interruptedBy: nil) else {
            preconditionFailure("requests were interrupted without a descriptor")
        }
        return try read(answers, to: requests)
    }

    private func read<Value>(
        _ answers: [Result<Answer, TaskstatsError>], to requests: [TypedRequest<Value>]
    ) throws(TaskstatsError) -> [Result<(result: Value, text: [UInt8]), TaskstatsError>] {
        var results: [Result<(result: Value, text: [UInt8]), TaskstatsError>] = []
        results.reserveCapacity(requests.count)
        for (request, answer) in zip(requests, answers) {
            switch answer {
            case .success(let answer): results.append(.success((try read(answer, to: request), answer.text)))
            case .failure(let error): results.append(.failure(error))
            }
        }
        return results
    }

    private func answers(
        to calls: [Request.Call], interruptedBy descriptor: Int32?
    ) throws(TaskstatsError) -> [Result<Answer, TaskstatsError>]? {
        guard !calls.isEmpty else { return [] }
        var answers = [Result<Answer, TaskstatsError>?](repeating: nil, count: calls.count)
        var (sent, answered) = (0, 0)
        let firstID = stateMachine.lastID + 1
        let ids = firstID...firstID + Int64(calls.count - 1)
        var write = try write(asking: calls[..<0])
        var deadline = timeout.map(SuspendingClock.now.advanced(by:))
        while answered < calls.count {
            // Half of the window at a time, so that one message carries many requests.
            if write.isSent, sent < calls.count, sent - answered <= Self.requestsInFlight / 2 {
                let end = min(calls.count, answered + Self.requestsInFlight)
                write = try self.write(asking: calls[sent..<end])
                sent = end
            }
            let isSent = try sendNow(&write)
            let received = try takeReceivedAnswers(to: ids, into: &answers)
            guard received == 0 else {
                answered += received
                deadline = timeout.map(SuspendingClock.now.advanced(by:))
                continue
            }
            // Both, because a daemon with a full queue reads no requests until replies are read.
            switch try stream.wait(
                for: isSent ? .readable : .either, until: deadline, interruptedBy: descriptor)
            {
            case .ready: _ = try receiveNow()
            case .late: throw isSent ? .timedOut : abandoned(write)
            case .interrupted:
                if !isSent { _ = abandoned(write) }
                return nil
            }
        }
        return answers.compactMap { $0 }
    }

    /// Stores the replies that were already received; returns the number of new ones.
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
