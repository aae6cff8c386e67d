import Glibc
import LinuxSystem
import TaskstatsModel
import TaskstatsProtocol

/// The daemon's end of one connection, for the script of a ``FakeDaemon``.
package final class FakePeer {
    /// An error in a script.
    package struct Failure: Error, CustomStringConvertible {
        /// A description of the error.
        package let description: String

        /// Creates an error found by a script itself.
        package init(description: String) { self.description = description }
    }

    private let received: (Request) -> Void
    private let socket: Descriptor
    private var framer = LineFramer(limit: ProtocolLimits.requestBytes)

    init(acceptedFrom listener: Int32, received: @escaping (Request) -> Void) throws {
        self.received = received
        var descriptor = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&descriptor, 1, Self.timeoutMilliseconds) == 1 else {
            throw Failure(description: "no client came")
        }
        let socket = try Descriptor(accept(listener, nil, nil), of: "accept")
        // Nor does a script wait any longer for a client that does not read.
        var limit = timeval(tv_sec: Int(Self.timeoutMilliseconds / 1_000), tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        guard unsafe setsockopt(socket.number, SOL_SOCKET, SO_SNDTIMEO, &limit, size) == 0 else {
            throw SystemError.last("setsockopt")
        }
        self.socket = consume socket
    }

    private static let timeoutMilliseconds: Int32 = 20_000

    /// Sends bytes unchanged.
    package func send(bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { all in
                unsafe Glibc.send(
                    socket.number, all.baseAddress.map { unsafe $0 + sent }, all.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count >= 0 || errno == EINTR else { throw SystemError.last("send") }
            sent += max(0, count)
        }
    }

    /// Sends these bytes repeatedly until none were accepted for half a second, or for this number of rounds.
    ///
    /// `whenFull` receives the number of bytes accepted by then; after that it waits until the last round is complete.
    /// Returns the number of rounds.
    package func flood(_ bytes: [UInt8], rounds limit: Int, whenFull: (Int) -> Void) throws -> Int {
        var descriptor = pollfd(fd: socket.number, events: Int16(POLLOUT), revents: 0)
        for round in 0..<limit {
            var sent = 0
            while sent < bytes.count {
                guard unsafe poll(&descriptor, 1, 500) == 1 else {
                    whenFull(round * bytes.count + sent)
                    try send(bytes: Array(bytes[sent...]))
                    return round + 1
                }
                let count = unsafe bytes.withUnsafeBytes { all in
                    unsafe Glibc.send(
                        socket.number, all.baseAddress.map { unsafe $0 + sent }, all.count - sent,
                        Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
                }
                guard count >= 0 || errno == EAGAIN || errno == EINTR else { throw SystemError.last("send") }
                sent += max(0, count)
            }
        }
        whenFull(limit * bytes.count)
        return limit
    }

    /// Sends a line encoded by the protocol.
    package func send(_ line: consuming ByteBuffer) throws { try send(bytes: line.array) }

    /// Sends text unchanged, without adding a newline.
    package func send(text: String) throws { try send(bytes: Array(text.utf8)) }

    /// Reads the next request, which must be one that the real daemon would accept.
    @discardableResult
    package func request() throws -> Request {
        while true {
            let item = unsafe framer.next { bytes in Result { unsafe try RequestDecoder.decode(bytes) } }
            switch item {
            case .line(let result):
                let request = try result.get()
                received(request)
                return request
            case .tooLong:
                throw Failure(description: "a request that is too long")
            case .incomplete:
                guard try fill() > 0 else { throw Failure(description: "the client went away") }
            }
        }
    }

    /// Returns whether the client sends anything more within a short time.
    package func hasMore() throws -> Bool {
        var descriptor = pollfd(fd: socket.number, events: Int16(POLLIN), revents: 0)
        return unsafe framer.pendingBytes > 0 || poll(&descriptor, 1, 200) > 0
    }

    /// Waits until the client has closed the connection.
    package func waitForEnd() throws {
        while try fill() > 0 {}
    }

    /// Reads a request and answers it with this result, a JSON text.
    package func answer(_ result: String) throws {
        guard case .integer(let id) = try request().id else { throw Failure(description: "an id that is no integer") }
        try send(text: #"{"jsonrpc":"2.0","id":\#(id),"result":\#(result)}"# + "\n")
    }

    /// Reads a request and refuses it.
    package func refuse(_ error: ProtocolError) throws {
        try send(ServerLine.error(try request().id, error))
    }

    private func fill() throws -> Int {
        var descriptor = pollfd(fd: socket.number, events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&descriptor, 1, Self.timeoutMilliseconds) == 1 else {
            throw Failure(description: "the client said nothing")
        }
        var count = 0
        unsafe framer.fill { room in
            unsafe count = max(0, recv(socket.number, room.baseAddress, room.count, 0))
            return count
        }
        return count
    }
}

extension FakePeer {
    /// Sends hello to the client.
    package func sendHello(
        access: AccessTier = .all, delayAccounting: Bool? = true, reason: String? = nil,
        protocolVersion: String = "1.1", instance: String = "9f0c", features: [String] = []
    ) throws {
        var hello = ServerInfo(
            server: "taskstatsd/0.1.0", instance: instance, kernelRelease: "6.18.44", taskstatsVersion: 16,
            possibleCPUs: "0-3", onlineCPUs: "0-1", delayAccounting: delayAccounting, uid: 0, access: access,
            accessReason: reason, limits: ServiceLimits(queueBytes: 8_388_608, connectionsPerUID: 32),
            features: features)
        hello.protocolVersion = protocolVersion
        try send(ServerLine.hello(hello))
    }

    /// Reads a subscription and confirms it.
    package func grantSubscription(cpus: CPUSet = CPUSet(0...1)) throws {
        let request = try request()
        guard case .subscribe(var subscription, _) = request.call else {
            throw Failure(description: "\(request.call.method) came in place of subscribe")
        }
        subscription.cpus = cpus
        try send(ServerLine.subscribed(request.id, subscription, nextIndex: 1) { _ in 1 })
    }

    /// Reads an unsubscribe request and confirms it.
    package func confirmUnsubscribe() throws {
        let request = try request()
        guard request.call == .unsubscribe else {
            throw Failure(description: "\(request.call.method) came in place of unsubscribe")
        }
        try send(ServerLine.unsubscribed(request.id))
    }

    /// Sends the exit of a task.
    package func exit(_ record: ExitRecord, fields: FieldSet = .all) throws {
        var line = ByteBuffer(capacity: 4_096)
        RecordEncoder.appendExitLine(
            record, fields: fields, redacted: record.redacted, origin: record.origin.map(EncodedOrigin.init), to: &line)
        try send(line)
    }
}

extension FakePeer {
    /// Sends exits as fast as the client reads them, for this time or until it has gone, whatever it requests
    /// meanwhile.
    package func floodWithExits(for limit: Duration) {
        var line = ByteBuffer(capacity: 4_096)
        RecordEncoder.appendExitLine(SampleRecords.exit(), fields: .all, redacted: [], to: &line)
        let bytes = Array(repeatElement(line.array, count: 16).joined())
        let end = SuspendingClock.now.advanced(by: limit)
        while SuspendingClock.now < end, (try? send(bytes: bytes)) != nil {}
    }
}
