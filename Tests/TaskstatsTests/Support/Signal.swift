/// Something that happens once in a script and that a test waits for.
struct Signal<Value: Sendable>: Sendable {
    private let stream: AsyncStream<Value>
    private let continuation: AsyncStream<Value>.Continuation

    init(of type: Value.Type = Void.self) { (stream, continuation) = AsyncStream.makeStream(of: type) }

    func send(_ value: Value) { continuation.yield(value) }

    func value() async -> Value? { await stream.first { _ in true } }
}

extension Signal where Value == Void {
    func send() { send(()) }
}
