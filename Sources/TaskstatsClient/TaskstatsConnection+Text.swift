import TaskstatsProtocol

/// What the daemon sends as it came, for the project's own tools that pass it on.
extension TaskstatsConnection {
    /// An event, of which exits are text.
    package enum TextEvent {
        /// The `params` of an exit.
        case exit([UInt8])
        /// Any other event.
        case other(TaskstatsEvent)
    }

    /// Whether lines are kept as text; must be set before any text is asked for.
    package var keepsText: Bool {
        get { stream.keepsText }
        set { stream.keepsText = newValue }
    }

    /// The text of what ``stats(ofTask:fields:)`` reads.
    package func statsText(ofTask pid: some BinaryInteger, fields: FieldSet) throws(TaskstatsError) -> [UInt8] {
        try resultText(of: Question.stats(ofTask: pid, fields: fields))
    }

    /// The text of what ``stats(ofProcess:fields:)`` reads.
    package func statsText(ofProcess tgid: some BinaryInteger, fields: FieldSet) throws(TaskstatsError) -> [UInt8] {
        try resultText(of: Question.stats(ofProcess: tgid, fields: fields))
    }

    /// The text of what ``stats(ofCgroup:)`` reads.
    package func statsText(ofCgroup path: String) throws(TaskstatsError) -> [UInt8] {
        try resultText(of: Question.stats(ofCgroup: path))
    }

    /// The text of what ``status()`` reads.
    package func statusText() throws(TaskstatsError) -> [UInt8] { try resultText(of: Question.status) }

    private func resultText(of question: Question<some Any>) throws(TaskstatsError) -> [UInt8] {
        precondition(keepsText, "the connection was not told to keep texts")
        return try answer(to: question.call).text
    }

    /// Waits for the next event; nil when the descriptor became readable before there was one.
    package func nextText(interruptedBy descriptor: Int32) throws(TaskstatsError) -> TextEvent? {
        try nextIncoming(interruptedBy: descriptor).map(Self.text)
    }

    /// The next event that is here already; nil when one would have to wait.
    package func nextReceivedText() throws(TaskstatsError) -> TextEvent? {
        try receivedIncoming().map(Self.text)
    }

    /// Reads the record of an exit that came as text.
    package func exit(in params: [UInt8]) throws(TaskstatsError) -> ExitRecord {
        do throws(TaskstatsError) { return ExitRecord(try LineStream.exit(in: params)) } catch { throw failed(error) }
    }

    private static func text(_ incoming: Conversation.Incoming) -> TextEvent {
        switch incoming {
        case .exitText(let params): .exit(params)
        case .event(let event): .other(event)
        }
    }
}
