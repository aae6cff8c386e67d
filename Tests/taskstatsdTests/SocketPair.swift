import Glibc
import LinuxSystem

/// Two connected Unix sockets: the daemon's end and a client's.
struct SocketPair: ~Copyable {
    let ours: Descriptor
    let theirs: Descriptor

    static func open() throws -> SocketPair {
        var ends: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        guard unsafe socketpair(AF_UNIX, type, 0, &ends) == 0 else { throw SystemError.last("socketpair") }
        return SocketPair(
            ours: try Descriptor(ends[0], of: "socketpair"), theirs: try Descriptor(ends[1], of: "socketpair"))
    }

    private init(ours: consuming Descriptor, theirs: consuming Descriptor) {
        self.ours = ours
        self.theirs = theirs
    }

    func theirsSend(_ text: String) throws {
        let bytes = Array(text.utf8)
        let sent = unsafe send(theirs.number, bytes, bytes.count, 0)
        guard sent == bytes.count else { throw SystemError.last("send") }
    }

    /// What has arrived at the client's end.
    func theirsReceive() throws -> String {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe recv(theirs.number, &bytes, bytes.count, 0)
        guard count >= 0 else { throw SystemError.last("recv") }
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }

    /// The client reads no more.
    func theirsShutDown() { _ = shutdown(theirs.number, Int32(SHUT_RD)) }
}
