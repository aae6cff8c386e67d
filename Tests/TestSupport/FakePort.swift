import LinuxSystem
import Netlink

/// A program's end of a socket of the fake kernel.
///
/// Its port closes with it, but its registrations stay, as with the real kernel.
package struct FakePort: ~Copyable, NetlinkPort {
    /// The kernel's end, for inspection and fault injection.
    package let socket: FakeSocket
    private let kernel: FakeKernel

    init(_ socket: FakeSocket, of kernel: FakeKernel) {
        self.socket = socket
        self.kernel = kernel
    }

    deinit { kernel.close(socket) }

    package var descriptor: Int32 { -1 }

    package func send(_ request: GenericNetlinkRequest) throws(SystemError) {
        try socket.fail(.send)
        kernel.handle(request.bytes, from: socket)
    }

    package func receive(into batch: MessageBatch, atMost limit: Int) throws(SystemError) {
        batch.replace(with: [])
        kernel.meanwhile?(.receiving)
        try socket.fail(.receive)
        batch.replace(with: socket.take(atMost: min(limit, MessageBatch.capacity)))
    }

    package func drops() throws(SystemError) -> UInt32 {
        kernel.meanwhile?(.readingDrops)
        try socket.fail(.drops)
        return socket.drops
    }

    package func setReceiveBuffer(bytes: Int) throws(SystemError) -> Int {
        try socket.fail(.setReceiveBuffer)
        let smallest = 2_304
        socket.receiveBufferBytes = max(bytes / 2 * 2, smallest)
        return socket.receiveBufferBytes
    }
}
