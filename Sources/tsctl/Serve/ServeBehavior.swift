import TaskstatsProtocol

/// What a served daemon does on purpose, apart from playing its recording.
struct ServeBehavior {
    /// A factor on the speed of the recorded times; nil for as fast as clients read.
    var speed: Double?
    /// The losses.
    var losses: [LossRule] = []
    /// The refusals of requests.
    var refusals: [RefusalRule] = []
    /// When a connection ends with `closing`.
    var closing: EndRule?
    /// When a connection ends in the middle of a line.
    var vanishing: EndRule?

    /// When a connection ends: after a number of its records, or with the recording.
    enum EndRule: Equatable {
        case records(UInt64)
        case end

        /// Parses "100" or "end".
        init?(_ text: String) {
            if text == "end" {
                self = .end
            } else if let count = UInt64(text), count > 0 {
                self = .records(count)
            } else {
                return nil
            }
        }
    }

    /// Returns the place where a record is lost; nil for a record that is delivered.
    func place(ofLost index: UInt64) -> LossRule.Place? {
        losses.first { $0.place != .history && $0.includes(index) }?.place
    }

    /// The index up to which the history was discarded.
    var forgottenIndex: UInt64 {
        losses.lazy.filter { $0.place == .history }.map { $0.count }.max() ?? 0
    }

    /// Returns the error for a request of a method, or for a connection.
    func refusal(of method: String) -> ProtocolError? { refusals.first { $0.method == method }?.error }
}
