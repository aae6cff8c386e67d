import LinuxSystem
import Synchronization
import TaskstatsBroker

/// Closes guarded connections outside the event loop, each on its own short-lived thread.
///
/// Closing a socket drops the descriptors queued in it and can block for as long as their sender chooses, so a
/// connection is never closed behind another one on the same thread. The number of threads is bounded: a client's
/// connection stays charged to its user until it is closed, and ``strangerLimit`` bounds connections that never became
/// a client.
final class DescriptorCloser: Sendable {
    /// A socket that the queue owns until a thread closes it.
    private struct Socket {
        let number: Int32
        let client: ClientID?
    }

    private struct State {
        var queue: [Socket] = []
        var strangers = 0
    }

    /// The maximum number of connections without a client that can be closing at once.
    static let strangerLimit = 64
    private static let stackBytes = 128 << 10

    /// The clients of closed connections; nil for connections without one.
    private let closures: Mailbox<ClientID?>
    private let state = Mutex(State())

    init() throws(SystemError) {
        closures = try Mailbox()
    }

    /// Readable when connections have been closed.
    var descriptor: Int32 { closures.descriptor }

    /// Whether another connection without a client can be closed now.
    var hasRoom: Bool { state.withLock { $0.strangers < Self.strangerLimit } }

    /// Closes the connection of a client, or one without a client.
    func close(_ socket: consuming Descriptor, of client: ClientID?) {
        let number = socket.leaveOpen()
        state.withLock {
            $0.queue.append(Socket(number: number, client: client))
            if client == nil { $0.strangers += 1 }
        }
        // If no thread can be started, the next one to run closes it.
        try? WorkerThread(self, stackBytes: Self.stackBytes) { $0.closeQueued() }.detach()
    }

    /// Returns the clients whose connections were closed since the last call.
    func takeClosed() -> [ClientID] { closures.takeAll().compactMap { $0 } }

    private func closeQueued() {
        while let socket = state.withLock({ $0.queue.popLast() }) {
            close(socket)
            if socket.client == nil { state.withLock { $0.strangers -= 1 } }
            closures.add(socket.client)
        }
    }

    private func close(_ socket: Socket) {
        let descriptor = Descriptor(adopting: socket.number)
        ClientConnection.discardInput(descriptor)
    }
}
