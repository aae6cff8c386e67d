import LinuxSystem
import TaskstatsProtocol

// The steps that do not wait, shared by the blocking and the suspending variant.

extension TaskstatsConnection {
    /// A reply, with the text of its result if texts are kept.
    typealias Answer = (reply: ServerEvent.Reply, text: [UInt8])

    /// The line of a request and the number of its bytes that were sent.
    struct PendingWrite: ~Copyable {
        let line: ByteBuffer
        var sent = 0
        /// Whether everything was sent.
        var isSent: Bool { sent == line.count }
    }

    /// Encodes a request; throws the error that ended the connection, if it has ended.
    func write(asking call: Request.Call) throws(TaskstatsError) -> PendingWrite {
        if let end = stateMachine.end { throw end }
        return PendingWrite(line: Request(id: .integer(stateMachine.nextID()), call: call).line)
    }

    /// Encodes several requests as consecutive lines, with ids that follow the last one.
    func write(asking calls: some Sequence<Request.Call>) throws(TaskstatsError) -> PendingWrite {
        if let end = stateMachine.end { throw end }
        var lines = ByteBuffer(capacity: 4_096)
        for call in calls {
            let line = Request(id: .integer(stateMachine.nextID()), call: call).line
            unsafe line.withUnsafeBytes { unsafe lines.append($0) }
        }
        return PendingWrite(line: lines)
    }

    /// Sends as much as the kernel accepts; returns whether everything was sent.
    func sendNow(_ write: inout PendingWrite) throws(TaskstatsError) -> Bool {
        guard write.sent < write.line.count else { return true }
        do throws(SystemError) {
            while write.sent < write.line.count {
                guard let count = try stream.sendNow(write.line, from: write.sent) else { return false }
                write.sent += count
            }
            if let trace = stream.trace {
                for line in write.line.array.split(separator: UInt8(ascii: "\n")) { trace.show(.sent, Array(line)) }
            }
        } catch {
            let error = TaskstatsError.system(error)
            // If the daemon is gone, its final message can still be read.
            if error.code != .disconnected { throw failed(error) }
        }
        return true
    }

    /// Abandons a request; after half a line nothing else can be sent.
    func abandoned(_ write: borrowing PendingWrite) -> TaskstatsError {
        write.sent == 0 ? .timedOut : failed(.timedOut)
    }

    /// Returns the reply to the last request if it was received; keeps events that precede it.
    func receivedAnswer() throws(TaskstatsError) -> Answer? {
        while let line = try receivedLine() {
            if case .answer(let reply, let text) = try stateMachine.receiveAwaitingAnswer(line) {
                if case .error(let error) = reply { throw .refused(error) }
                return (reply, text)
            }
        }
        return nil
    }

    /// Returns the reply to one of these requests if one was received; a refusal is a reply too.
    func receivedAnswer(
        to ids: ClosedRange<Int64>
    ) throws(TaskstatsError) -> (id: Int64, answer: Result<Answer, TaskstatsError>)? {
        while let line = try receivedLine() {
            guard let found = try stateMachine.receiveAwaitingAnswers(line, to: ids) else { continue }
            if case .error(let error) = found.reply { return (found.id, .failure(.refused(error))) }
            return (found.id, .success((found.reply, found.text)))
        }
        return nil
    }

    /// Decodes a reply to a request; a reply of another kind ends the connection.
    func read<Result>(_ answer: Answer, to request: TypedRequest<Result>) throws(TaskstatsError) -> Result {
        guard let result = request.read(answer.reply) else {
            throw failed(.violation("the reply to \(request.call.method) has the wrong type"))
        }
        return result
    }

    /// Returns the next event that was received; nil if there is none.
    func receivedIncoming() throws(TaskstatsError) -> ConnectionStateMachine.Incoming? {
        if let kept = stateMachine.takeKept() { return kept }
        while true {
            if let end = stateMachine.end { throw end }
            guard let line = try receivedLine() else { return nil }
            if let incoming = stateMachine.takeEvent(in: line) { return incoming }
        }
    }

    /// Receives available data; returns false if there is none.
    func receiveNow() throws(TaskstatsError) -> Bool {
        do throws(TaskstatsError) { return try stream.receiveNow() } catch { throw failed(error) }
    }

    private func receivedLine() throws(TaskstatsError) -> LineStream.Line? {
        do throws(TaskstatsError) { return try stream.nextReceived() } catch { throw failed(error) }
    }

    /// Records an error of the connection itself.
    func failed(_ error: TaskstatsError) -> TaskstatsError {
        stateMachine.fail(error)
        return error
    }
}
