import Glibc
import LinuxSystem

/// A service manager's datagram socket, named by a path or, with an initial @, by an abstract name.
package struct NotificationSocket: ~Copyable {
    private let socket: Descriptor

    /// Binds a new socket.
    package init(path: String) throws(SystemError) { socket = try UnixSocket.bindDatagram(to: path) }

    /// Returns the next message; nil when none arrives in time.
    package func next(milliseconds: Int32 = 60_000) throws(SystemError) -> String? {
        var wanted = pollfd(fd: socket.number, events: Int16(POLLIN), revents: 0)
        while true {
            let ready = unsafe poll(&wanted, 1, milliseconds)
            if ready == 0 { return nil }
            if ready > 0 { break }
            guard errno == EINTR else { throw .last("poll") }
        }
        var bytes = [UInt8](repeating: 0, count: 4_096)
        let count = unsafe recv(socket.number, &bytes, bytes.count, 0)
        guard count >= 0 else { throw .last("recv") }
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }

    /// Returns all unread messages.
    package func said() throws(SystemError) -> [String] {
        var messages: [String] = []
        while let message = try next(milliseconds: 0) { messages.append(message) }
        return messages
    }
}
