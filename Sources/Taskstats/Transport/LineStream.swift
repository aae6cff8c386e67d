import Glibc
import LinuxSystem
import TaskstatsProtocol

/// The connected socket and its lines: the only part of the client that handles bytes.
///
/// It reads the available data, up to one buffer of fixed size, and returns it line by line. It knows the format of
/// lines, not the state of the connection. Only ``wait(for:until:interruptedBy:)`` waits; asynchronous callers wait in
/// another way.
struct LineStream: ~Copyable {
    /// A line that was received.
    enum Line {
        /// The decoded message.
        indirect case event(ServerEvent)
        /// The undecoded `params` of an exit; only if texts are kept.
        case exitText([UInt8])
        /// A reply, with the text of its result; only if texts are kept.
        indirect case answer(ServerEvent, result: [UInt8])
    }

    /// The event to wait for.
    enum Interest { case readable, writable, either }

    /// The reason why a wait ended.
    enum Wake { case ready, interrupted, late }

    private let socket: Descriptor
    private var framer = LineFramer(limit: ProtocolLimits.lineBytes)
    /// Whether lines are kept as text, for callers that pass them on.
    var keepsText = false
    /// The observer of all lines, if there is one.
    var trace: LineTrace?

    /// Creates the stream of a connected socket.
    init(_ socket: consuming Descriptor) { self.socket = socket }

    /// The descriptor number of the socket, for waiting.
    var number: Int32 { socket.number }

    /// Connects to the daemon within the time limit.
    static func connect(path: String, within limit: Duration?) throws(TaskstatsError) -> LineStream {
        do throws(SystemError) {
            return LineStream(try UnixSocket.connect(to: path, within: limit))
        } catch {
            throw .connecting(to: path, error)
        }
    }

    /// Sends as much of a line as the kernel accepts, starting at a byte; returns the byte count, or nil if it accepts
    /// none.
    func sendNow(_ line: borrowing ByteBuffer, from start: Int) throws(SystemError) -> Int? {
        let number = socket.number
        return try unsafe line.withUnsafeBytes { (bytes) throws(SystemError) -> Int? in
            let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[start...])
            while true {
                let count = unsafe send(number, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL) | Self.withoutWaiting)
                if count >= 0 { return count }
                if errno == EAGAIN { return nil }
                guard errno == EINTR else { throw .last("send") }
            }
        }
    }

    /// Returns the next line that was received; nil if there is none.
    mutating func nextReceived() throws(TaskstatsError) -> Line? {
        let (keepsText, trace) = (keepsText, trace)
        let item = unsafe framer.next { bytes in
            if let trace { unsafe trace.show(.received, Array(bytes)) }
            return Result { () throws(EventReader.Malformed) in unsafe try Self.read(bytes, keepsText: keepsText) }
        }
        switch item {
        case .line(.success(let line)): return line
        case .line(.failure(let malformed)): throw .violation(malformed.problem)
        case .tooLong: throw .violation("a line longer than \(ProtocolLimits.lineBytes) bytes")
        case .incomplete: return nil
        }
    }

    /// Receives available data; returns false if there is none.
    mutating func receiveNow() throws(TaskstatsError) -> Bool {
        let number = socket.number
        var received = 1
        do throws(SystemError) {
            try unsafe framer.fill { (room) throws(SystemError) in
                repeat {
                    unsafe received = recv(number, room.baseAddress, room.count, Self.withoutWaiting)
                } while received < 0 && errno == EINTR
                guard received >= 0 || errno == EAGAIN else { throw .last("recv") }
                return max(0, received)
            }
        } catch {
            throw .system(error)
        }
        if received == 0 { throw .disconnected }
        return received > 0
    }

    /// Waits until data has arrived or can be sent, the other descriptor is readable, or the deadline has passed.
    ///
    /// The other descriptor takes precedence. After the deadline the result is `late` even if data has arrived: a
    /// daemon that never stops sending must not extend the deadline.
    func wait(
        for interest: Interest, until deadline: SuspendingClock.Instant? = nil,
        interruptedBy other: Int32? = nil
    ) throws(TaskstatsError) -> Wake {
        let events =
            switch interest {
            case .readable: POLLIN
            case .writable: POLLOUT
            case .either: POLLIN | POLLOUT
            }
        // poll ignores negative numbers.
        var descriptors = [
            pollfd(fd: other ?? -1, events: Int16(POLLIN), revents: 0),
            pollfd(fd: socket.number, events: Int16(events), revents: 0),
        ]
        var limit = deadline?.millisecondsFromNow ?? -1
        guard limit != 0 else { return .late }
        while true {
            let count = unsafe poll(&descriptors, nfds_t(descriptors.count), limit)
            if count > 0 { return descriptors[0].revents != 0 ? .interrupted : .ready }
            if count == 0, limit == 0 { return .late }
            guard count == 0 || errno == EINTR else { throw .system(.last("poll")) }
            limit = deadline?.millisecondsFromNow ?? -1
        }
    }

    /// Shuts down both directions, which wakes every wait for the socket.
    func shutDown() { _ = shutdown(socket.number, Int32(SHUT_RDWR)) }

    private static let withoutWaiting = Int32(MSG_DONTWAIT)

    private static func read(
        _ bytes: UnsafeRawBufferPointer, keepsText: Bool
    ) throws(EventReader.Malformed) -> Line {
        guard keepsText else { return .event(try unsafe EventReader.read(bytes)) }
        if let params = unsafe try EventReader.exitParams(of: bytes) { return unsafe .exitText(Array(params)) }
        let event = try unsafe EventReader.read(bytes)
        guard case .reply = event, let result = unsafe try EventReader.result(of: bytes) else { return .event(event) }
        return unsafe .answer(event, result: Array(result))
    }

    /// Returns the index of an exit that was kept as text; nil if it has none.
    static func index(in params: [UInt8]) -> UInt64? {
        unsafe params.withUnsafeBytes { unsafe EventReader.index(params: $0) }
    }

    /// Decodes the record of an exit that was kept as text.
    static func exit(
        in params: [UInt8], origin part: EventReader.OriginPart = .all
    ) throws(TaskstatsError) -> ExitRecord {
        let exit = unsafe params.withUnsafeBytes { bytes in
            Result { () throws(EventReader.Malformed) in unsafe try EventReader.readExit(params: bytes, origin: part) }
        }
        do throws(EventReader.Malformed) { return try exit.get() } catch { throw .violation(error.problem) }
    }
}

extension SuspendingClock.Instant {
    /// The whole milliseconds until this instant, for poll; 0 only when it has passed.
    fileprivate var millisecondsFromNow: Int32 {
        let rest = SuspendingClock.now.duration(to: self)
        guard rest > .zero else { return 0 }
        return Int32(
            clamping: rest.components.seconds * 1_000 + rest.components.attoseconds / 1_000_000_000_000_000 + 1)
    }
}

extension LineStream {
    /// Returns the daemon's handshake if it was received; it precedes everything else.
    mutating func receivedHandshake() throws(TaskstatsError) -> ServerInfo? {
        while let line = try nextReceived() {
            guard case .event(let event) = line else { continue }
            switch event {
            case .hello(let server):
                try server.checkAcceptance()
                return server
            case .closing(let reason): throw .closed(reason: reason)
            case .refusal(let error): throw .refused(error)
            case .unknown: continue
            case .exit, .start, .lost, .live, .reply: throw .violation("its first message is not the handshake")
            }
        }
        return nil
    }
}
