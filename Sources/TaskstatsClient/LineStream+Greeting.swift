import TaskstatsProtocol

extension LineStream {
    /// The daemon's greeting, if it is here; it comes before anything else.
    mutating func receivedGreeting() throws(TaskstatsError) -> ServerInfo? {
        while let line = try nextReceived() {
            guard case .event(let event) = line else { continue }
            switch event {
            case .hello(let hello): return try ServerInfo.accepting(hello)
            case .closing(let reason): throw .closed(reason: reason)
            case .refusal(let error): throw .refused(error)
            case .unknown: continue
            case .exit, .lost, .reply: throw .violation("it does not greet")
            }
        }
        return nil
    }
}
