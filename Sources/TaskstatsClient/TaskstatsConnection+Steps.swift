import LinuxSystem
import TaskstatsProtocol

// What can be done without waiting, the same for those who wait by blocking and those who wait by suspending.

extension TaskstatsConnection {
    /// An answer, with the text of its result when texts are kept.
    typealias Answer = (reply: ServerEvent.Reply, text: [UInt8])

    /// The line of a request and how much of it was sent.
    struct Letter: ~Copyable {
        let line: ByteBuffer
        var sent = 0
        /// Whether nothing is left to send.
        var isSent: Bool { sent == line.count }
    }

    /// Puts a request into words; throws what the connection ended with, if it has.
    func letter(asking call: Request.Call) throws(TaskstatsError) -> Letter {
        if let end = conversation.end { throw end }
        return Letter(line: Request(id: .integer(conversation.nextID()), call: call).line)
    }

    /// The lines of several requests, one after the other, with the ids that follow the last one.
    func letter(asking calls: some Sequence<Request.Call>) throws(TaskstatsError) -> Letter {
        if let end = conversation.end { throw end }
        var lines = ByteBuffer(capacity: 4_096)
        for call in calls {
            let line = Request(id: .integer(conversation.nextID()), call: call).line
            unsafe line.withUnsafeBytes { unsafe lines.append($0) }
        }
        return Letter(line: lines)
    }

    /// Sends what the kernel takes; whether there is no more to send.
    func sendNow(_ letter: inout Letter) throws(TaskstatsError) -> Bool {
        do throws(SystemError) {
            while letter.sent < letter.line.count {
                guard let count = try stream.sendNow(letter.line, from: letter.sent) else { return false }
                letter.sent += count
            }
            if let trace = stream.trace { trace.show(.sent, Array(letter.line.array.dropLast())) }
        } catch {
            let error = TaskstatsError.system(error)
            // When the daemon is gone, what it said last is still to be read.
            if error.code != .disconnected { throw failed(error) }
        }
        return true
    }

    /// Gives up sending: nothing can follow half a line.
    func abandoned(_ letter: borrowing Letter) -> TaskstatsError {
        letter.sent == 0 ? .timedOut : failed(.timedOut)
    }

    /// The answer to the last request, if it is taken in; events before it are kept.
    func receivedAnswer() throws(TaskstatsError) -> Answer? {
        while let line = try receivedLine() {
            if case .answer(let reply, let text) = try conversation.receiveAwaitingAnswer(line) {
                if case .error(let error) = reply { throw .refused(error) }
                return (reply, text)
            }
        }
        return nil
    }

    /// The answer to one of these requests, if one is taken in; a refusal is an answer too.
    func receivedAnswer(
        to ids: ClosedRange<Int64>
    ) throws(TaskstatsError) -> (id: Int64, answer: Result<Answer, TaskstatsError>)? {
        while let line = try receivedLine() {
            guard let found = try conversation.receiveAwaitingAnswers(line, to: ids) else { continue }
            if case .error(let error) = found.reply { return (found.id, .failure(.refused(error))) }
            return (found.id, .success((found.reply, found.text)))
        }
        return nil
    }

    /// What an answer means to the question; another kind of answer ends the connection.
    func read<Result>(_ answer: Answer, to question: Question<Result>) throws(TaskstatsError) -> Result {
        guard let result = question.read(answer.reply) else {
            throw failed(.violation("its answer to \(question.call.method) is of another kind"))
        }
        return result
    }

    /// The next event that is taken in; nil when there is none.
    func receivedIncoming() throws(TaskstatsError) -> Conversation.Incoming? {
        if let kept = conversation.takeKept() { return kept }
        while true {
            if let end = conversation.end { throw end }
            guard let line = try receivedLine() else { return nil }
            if let incoming = conversation.event(in: line) { return incoming }
        }
    }

    /// Takes in what has arrived; false when nothing has.
    func receiveNow() throws(TaskstatsError) -> Bool {
        do throws(TaskstatsError) { return try stream.receiveNow() } catch { throw failed(error) }
    }

    private func receivedLine() throws(TaskstatsError) -> LineStream.Line? {
        do throws(TaskstatsError) { return try stream.nextReceived() } catch { throw failed(error) }
    }

    /// Takes note of an error of the connection itself.
    func failed(_ error: TaskstatsError) -> TaskstatsError {
        conversation.fail(error)
        return error
    }
}
