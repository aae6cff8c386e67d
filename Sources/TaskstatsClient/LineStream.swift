import Glibc
import LinuxSystem
import TaskstatsProtocol

/// The connected socket and the lines that come out of it: everything of the client that touches bytes or waits.
///
/// It reads as much as there is, up to one buffer of fixed size, and hands out line by line from there. It knows what a
/// line is and nothing of what a conversation is.
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

    /// How waiting ended.
    private enum Wake { case readable, interrupted }

    private let socket: Descriptor
    private var framer = LineFramer(limit: ProtocolLimits.lineBytes)
    /// Whether lines are wanted as text, for those who pass them on.
    var keepsText = false

    /// Connects to the daemon.
    init(path: String) throws(TaskstatsError) {
        do throws(SystemError) {
            socket = try UnixSocket.connect(to: path)
        } catch {
            throw .connecting(to: path, error)
        }
    }

    /// Sends a line, waiting until the kernel has taken all of it.
    func send(_ line: borrowing ByteBuffer) throws(SystemError) {
        let number = socket.number
        try unsafe line.withUnsafeBytes { (bytes) throws(SystemError) in
            var sent = 0
            while sent < bytes.count {
                let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[sent...])
                let count = unsafe Glibc.send(number, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
                if count >= 0 {
                    sent += count
                } else if errno != EINTR {
                    throw .last("send")
                }
            }
        }
    }

    /// The next line that is already here; nil when one would have to wait.
    mutating func nextReceived() throws(TaskstatsError) -> Line? {
        let keepsText = keepsText
        let item = unsafe framer.next { bytes in
            Result { () throws(EventReader.Malformed) in unsafe try Self.read(bytes, keepsText: keepsText) }
        }
        switch item {
        case .line(.success(let line)): return line
        case .line(.failure(let malformed)): throw .violation(malformed.problem)
        case .tooLong: throw .violation("a line longer than \(ProtocolLimits.lineBytes) bytes")
        case .incomplete: return nil
        }
    }

    /// Waits for the next line; nil when the other descriptor became readable first.
    mutating func next(interruptedBy other: Int32? = nil) throws(TaskstatsError) -> Line? {
        while true {
            if let line = try nextReceived() { return line }
            do throws(SystemError) {
                if let other, try wait(for: other) == .interrupted { return nil }
                if try fill() == 0 { throw SystemError("read", errno: EPIPE) }
            } catch {
                throw .system(error)
            }
        }
    }

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

    private mutating func fill() throws(SystemError) -> Int {
        let number = socket.number
        var received = 0
        try unsafe framer.fill { (room) throws(SystemError) in
            repeat {
                unsafe received = recv(number, room.baseAddress, room.count, 0)
            } while received < 0 && errno == EINTR
            guard received >= 0 else { throw .last("recv") }
            return received
        }
        return received
    }

    private func wait(for other: Int32) throws(SystemError) -> Wake {
        var descriptors = [
            pollfd(fd: other, events: Int16(POLLIN), revents: 0),
            pollfd(fd: socket.number, events: Int16(POLLIN), revents: 0),
        ]
        while unsafe poll(&descriptors, nfds_t(descriptors.count), -1) < 0 {
            guard errno == EINTR else { throw .last("poll") }
        }
        return descriptors[0].revents != 0 ? .interrupted : .readable
    }
}
