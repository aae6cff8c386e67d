import Glibc
import LinuxSystem
import TaskstatsProtocol

/// The connected socket and the lines that come out of it: everything of the client that touches bytes.
///
/// It reads as much as there is, up to one buffer of fixed size, and hands out line by line from there. It knows what a
/// line is and nothing of what a conversation is. Only ``wait(for:until:interruptedBy:)`` waits; those who wait in
/// another way do without it.
struct LineStream: ~Copyable {
    /// A line that was received.
    enum Line {
        /// What it says.
        case event(ServerEvent)
        /// The `params` of an exit as they came, its record not yet read; only when texts were asked for.
        case exitText([UInt8])
        /// An answer, with the text of its result; only when texts were asked for.
        case answer(ServerEvent, result: [UInt8])
    }

    /// What to wait for.
    enum Interest { case readable, writable, either }

    /// How waiting ended.
    enum Wake { case ready, interrupted, late }

    private let socket: Descriptor
    private var framer = LineFramer(limit: ProtocolLimits.lineBytes)
    /// Whether lines are wanted as text, for those who pass them on.
    var keepsText = false
    /// Who is shown the lines; nil: nobody.
    var trace: LineTrace?

    /// The lines that come out of a connected socket.
    init(_ socket: consuming Descriptor) { self.socket = socket }

    /// The number of the socket, to wait for it.
    var number: Int32 { socket.number }

    /// Connects to the daemon, within so much time.
    static func connect(path: String, within limit: Duration?) throws(TaskstatsError) -> LineStream {
        do throws(SystemError) {
            return LineStream(try UnixSocket.connect(to: path, within: limit))
        } catch {
            throw .connecting(to: path, error)
        }
    }

    /// Sends what the kernel takes now of a line, from a byte on; returns how many bytes, nil when it takes none.
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

    /// The next line that is already taken in; nil when there is none.
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

    /// Takes in what has arrived; false when nothing has.
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

    /// Waits until something has arrived, or can be sent; or until the other descriptor becomes readable, which goes
    /// first; or until it is late.
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
        // A negative number is passed over.
        var descriptors = [
            pollfd(fd: other ?? -1, events: Int16(POLLIN), revents: 0),
            pollfd(fd: socket.number, events: Int16(events), revents: 0),
        ]
        while true {
            let limit = deadline?.millisecondsFromNow ?? -1
            let count = unsafe poll(&descriptors, nfds_t(descriptors.count), limit)
            if count > 0 { return descriptors[0].revents != 0 ? .interrupted : .ready }
            if count == 0, limit == 0 { return .late }
            guard count == 0 || errno == EINTR else { throw .system(.last("poll")) }
        }
    }

    /// Ends both directions, so that whoever waits for the socket is woken.
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

    /// Reads the record of an exit that was kept as text.
    static func exit(in params: [UInt8]) throws(TaskstatsError) -> ReceivedExit {
        let exit = unsafe params.withUnsafeBytes { bytes in
            Result { () throws(EventReader.Malformed) in unsafe try EventReader.readExit(params: bytes) }
        }
        do throws(EventReader.Malformed) { return try exit.get() } catch { throw .violation(error.problem) }
    }
}

extension SuspendingClock.Instant {
    /// The whole milliseconds until then, for poll: 0 only when it has come.
    fileprivate var millisecondsFromNow: Int32 {
        let rest = SuspendingClock.now.duration(to: self)
        guard rest > .zero else { return 0 }
        return Int32(
            clamping: rest.components.seconds * 1_000 + rest.components.attoseconds / 1_000_000_000_000_000 + 1)
    }
}
