import Glibc
import LinuxSystem
import TestSupport

/// A client that sends arbitrary bytes and reads line by line.
final class RawConnection {
    private static let limit: Duration = .seconds(20)
    private let socket: Descriptor
    private var pending: [UInt8] = []

    /// Connects and reads hello.
    init(_ daemon: RunningDaemon) throws {
        socket = try UnixSocket.connect(to: daemon.socket)
        guard let greeting = try line(), greeting.contains(#""method":"hello""#) else {
            throw TestFailure("no hello")
        }
    }

    /// Sends bytes unchanged.
    func send(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        let deadline = Deadline(Self.limit)
        while !rest.isEmpty {
            try deadline.wait(for: POLLOUT, on: socket.number, "the daemon to read")
            let count = unsafe rest.withUnsafeBytes { bytes in
                unsafe Glibc.send(socket.number, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
            }
            if count < 0, errno == EAGAIN { continue }
            guard count > 0 else { throw SystemError.last("send") }
            rest.removeFirst(count)
        }
    }

    /// Returns the next line without its newline; nil when the daemon has closed the connection.
    func line() throws -> String? {
        var searched = 0
        while true {
            if let newline = pending[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                defer { pending.removeFirst(newline + 1) }
                return String(decoding: pending[..<newline], as: UTF8.self)
            }
            searched = pending.count
            try Deadline(Self.limit).wait(for: POLLIN, on: socket.number, "a line of the daemon")
            let count = try unsafe withUnsafeTemporaryAllocation(byteCount: 65_536, alignment: 1) { room in
                let count = try unsafe socket.read(into: room) ?? 0
                unsafe pending.append(contentsOf: room.prefix(count))
                return count
            }
            if count == 0 { return nil }
        }
    }

    /// Returns the next line that is not a record.
    func answer() throws -> String? {
        let records = ["exit", "lost"].map { #"{"jsonrpc":"2.0","method":"\#($0)","# }
        let deadline = Deadline()
        while let line = try line() {
            if !records.contains(where: line.hasPrefix) { return line }
            try deadline.check("an answer among records")
        }
        return nil
    }
}
