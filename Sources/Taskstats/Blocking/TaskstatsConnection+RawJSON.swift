import TaskstatsProtocol

/// Access to the daemon's messages as undecoded text, for the project's own tools.
extension TaskstatsConnection {
    /// An event whose exits are text.
    package enum TextEvent {
        /// The `params` of an exit.
        case exit([UInt8])
        /// Any other event.
        indirect case other(TaskstatsEvent)

        /// The index up to which it completes the stream; nil if it has none.
        package var index: UInt64? {
            switch self {
            case .exit(let params): LineStream.index(in: params)
            case .other(let event): ConnectionStateMachine.Incoming.event(event).index
            }
        }
    }

    /// Whether lines are kept as text; set this before requesting texts.
    package var keepsText: Bool {
        get { stream.keepsText }
        set { stream.keepsText = newValue }
    }

    /// Where the subscription starts; nil if the daemon does not number records.
    package var subscriptionStart: HistoryStart? { stateMachine.start }

    /// Returns the text of the result of ``stats(ofTask:fields:)``.
    package func statsText(ofTask pid: some BinaryInteger, fields: FieldSet) throws(TaskstatsError) -> [UInt8] {
        try resultText(of: TypedRequest.stats(ofTask: pid, fields: fields))
    }

    /// Returns the text of the result of ``stats(ofProcess:fields:)``.
    package func statsText(ofProcess tgid: some BinaryInteger, fields: FieldSet) throws(TaskstatsError) -> [UInt8] {
        try resultText(of: TypedRequest.stats(ofProcess: tgid, fields: fields))
    }

    /// Returns the text of the result of ``stats(ofCgroup:)``.
    package func statsText(ofCgroup path: String) throws(TaskstatsError) -> [UInt8] {
        try resultText(of: TypedRequest.stats(ofCgroup: path))
    }

    /// Returns the text of the result of ``status()``.
    package func statusText() throws(TaskstatsError) -> [UInt8] { try resultText(of: TypedRequest.status) }

    /// Returns the text of the result of ``status()``; nil if the descriptor became readable before the reply arrived.
    package func statusText(interruptedBy descriptor: Int32) throws(TaskstatsError) -> [UInt8]? {
        precondition(keepsText, "keepsText is not set")
        return try answer(to: TypedRequest.status.call, interruptedBy: descriptor)?.text
    }

    /// Returns the result of ``status()``; nil if the descriptor became readable before the reply arrived.
    package func status(interruptedBy descriptor: Int32) throws(TaskstatsError) -> DaemonStatus? {
        let request = TypedRequest.status
        guard let answer = try answer(to: request.call, interruptedBy: descriptor) else { return nil }
        return try read(answer, to: request)
    }

    private func resultText(of request: TypedRequest<some Any>) throws(TaskstatsError) -> [UInt8] {
        precondition(keepsText, "keepsText is not set")
        return try answer(to: request.call).text
    }

    /// Waits for the next event; returns nil if the descriptor became readable first.
    package func nextText(interruptedBy descriptor: Int32) throws(TaskstatsError) -> TextEvent? {
        try nextIncoming(interruptedBy: descriptor).map(Self.text)
    }

    /// Returns the next event that was already received; nil if there is none.
    package func nextReceivedText() throws(TaskstatsError) -> TextEvent? {
        try receivedIncoming().map(Self.text)
    }

    /// Decodes the record of an exit that was received as text.
    package func exit(
        in params: [UInt8], origin part: EventReader.OriginPart = .all
    ) throws(TaskstatsError) -> ExitRecord {
        do throws(TaskstatsError) { return try LineStream.exit(in: params, origin: part) } catch { throw failed(error) }
    }

    static func text(_ incoming: ConnectionStateMachine.Incoming) -> TextEvent {
        switch incoming {
        case .exitText(let params): .exit(params)
        case .event(let event): .other(event)
        }
    }
}
