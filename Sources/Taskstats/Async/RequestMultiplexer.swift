import TaskstatsProtocol

/// The requests in flight on one connection, multiplexed by id.
///
/// Callers queue their lines and suspend. One task, the pump, sends and receives for all of them and resumes each
/// caller when its replies are complete; it runs only while replies are missing. A caller that gives up leaves the
/// connection usable: a line that was sent in part is completed, and late replies are ignored. All of it runs on the
/// actor that owns it.
final class RequestMultiplexer {
    typealias Answer = TaskstatsConnection.Answer

    /// The requests of one caller.
    final class Batch {
        fileprivate let ids: ClosedRange<Int64>
        fileprivate var answers: [Result<Answer, TaskstatsError>?]
        fileprivate var missing: Int
        fileprivate var failure: TaskstatsError?
        fileprivate var waiter = CancellableWaiter()

        fileprivate init(_ ids: ClosedRange<Int64>) {
            self.ids = ids
            answers = Array(repeating: nil, count: ids.count)
            missing = ids.count
        }
    }

    private final class Outgoing {
        let batch: Batch
        var write: TaskstatsConnection.PendingWrite

        init(_ batch: Batch, _ write: consuming TaskstatsConnection.PendingWrite) {
            self.batch = batch
            self.write = write
        }
    }

    let connection: TaskstatsConnection
    private var batches: [Int64: Batch] = [:]
    /// The lines that were not sent completely, oldest first.
    private var outgoing: [Outgoing] = []
    private var isPumping = false
    /// Ends the wait of the pump.
    private var pumpWaiter = CancellableWaiter()

    init(_ connection: TaskstatsConnection) { self.connection = connection }

    /// Whether the connection has ended.
    var hasEnded: Bool { connection.stateMachine.end != nil }

    /// Whether requests were not sent, or not completely.
    var hasUnsent: Bool { !outgoing.isEmpty }

    /// Sends requests; returns whether the caller must start the pump.
    func send(_ calls: [Request.Call]) throws(TaskstatsError) -> (batch: Batch, needsPump: Bool) {
        let firstID = connection.stateMachine.lastID + 1
        let write = try connection.write(asking: calls)
        let batch = Batch(firstID...firstID + Int64(calls.count - 1))
        for id in batch.ids { batches[id] = batch }
        outgoing.append(Outgoing(batch, write))
        do throws(TaskstatsError) {
            try flush()
        } catch {
            // The pump waits for data that may never come.
            fail(error)
            pumpWaiter.end(.done)
            throw error
        }
        // The pump may wait only for data, because nothing was left to send.
        if !outgoing.isEmpty { pumpWaiter.end(.done) }
        defer { isPumping = true }
        return (batch, !isPumping)
    }

    /// Suspends until all replies have arrived, and returns them in order.
    ///
    /// Each reply restarts the time limit, which then ends not before the deadline.
    nonisolated(nonsending) func answers(
        of batch: Batch, timeout: Duration?, before deadline: SuspendingClock.Instant?
    ) async throws -> [Result<Answer, TaskstatsError>] {
        var deadline = deadline
        while batch.missing > 0, batch.failure == nil {
            let missing = batch.missing
            do {
                try await batch.waiter.ended(before: deadline).get()
            } catch let error as TaskstatsError where error.code == .timedOut && batch.missing < missing {
                deadline = timeout.map(SuspendingClock.now.advanced(by:))
                batch.waiter = CancellableWaiter()
            } catch {
                giveUp(batch)
                throw error
            }
        }
        if let failure = batch.failure { throw failure }
        return batch.answers.compactMap { $0 }
    }

    /// Sends and receives until no reply is missing, or the connection has ended.
    nonisolated(nonsending) func pump() async {
        while !batches.isEmpty {
            do {
                try flush()
                try dispatch()
                guard !batches.isEmpty else { break }
                pumpWaiter = CancellableWaiter()
                try await EpollReactor.wait(
                    for: outgoing.isEmpty ? .readable : .either, on: connection.stream.number, pumpWaiter)
                _ = try connection.receiveNow()
            } catch {
                fail(error as? TaskstatsError ?? .disconnected)
            }
        }
        isPumping = false
    }

    /// Forgets the requests of a caller that no longer waits.
    private func giveUp(_ batch: Batch) {
        for id in batch.ids { batches[id] = nil }
        outgoing.removeAll { $0.batch === batch && $0.write.sent == 0 }
        if batches.isEmpty { pumpWaiter.end(.done) }
    }

    private func flush() throws(TaskstatsError) {
        while let first = outgoing.first {
            guard try connection.sendNow(&first.write) else { return }
            outgoing.removeFirst()
        }
    }

    private func dispatch() throws(TaskstatsError) {
        while let (id, answer) = try connection.receivedAnswer(to: 1...Int64.max) {
            guard let batch = batches.removeValue(forKey: id) else { continue }
            batch.answers[Int(id - batch.ids.lowerBound)] = answer
            batch.missing -= 1
            if batch.missing == 0 { batch.waiter.end(.done) }
        }
    }

    private func fail(_ error: TaskstatsError) {
        let error = connection.failed(error)
        for batch in batches.values where batch.failure == nil {
            batch.failure = error
            batch.waiter.end(.done)
        }
        batches.removeAll()
        outgoing.removeAll()
    }
}
