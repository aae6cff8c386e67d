import Glibc
import LinuxSystem
import Netlink
import TestSupport
import Testing

@Suite struct AdoptedSocketTests {
    private func socket(_ domain: Int32, _ type: __socket_type, _ kind: Int32) throws -> Descriptor {
        try Descriptor(Glibc.socket(domain, Int32(type.rawValue) | Int32(SOCK_CLOEXEC.rawValue), kind), of: "socket")
    }

    private func duplicate(_ socket: borrowing NetlinkSocket) throws -> Descriptor {
        try Descriptor(dup(socket.descriptor), of: "dup")
    }

    @Test func `an adopted socket has the port id and the queue of the original`() throws {
        let original = try NetlinkSocket.open()
        try original.send(GenericNetlinkRequest("test", family: 16, command: 200, sequence: 7, .u32(type: 1, 1)))
        let adopted = try NetlinkSocket.adopt(duplicate(original))
        #expect(adopted.portID == original.portID)
        let batch = MessageBatch()
        try adopted.receive(into: batch, atMost: MessageBatch.capacity)
        #expect(batch.count == 1)
    }

    @Test func `any other descriptor is refused`() throws {
        let genericNetlink: Int32 = 16
        let others = [
            (AF_UNIX, SOCK_STREAM, 0), (AF_NETLINK, SOCK_RAW, 0), (AF_NETLINK, SOCK_RAW, genericNetlink),
        ]
        for (domain, type, kind) in others {
            let error = #expect(throws: SystemError.self) {
                _ = try NetlinkSocket.adopt(socket(domain, type, kind)).portID
            }
            #expect(error?.errno == EPROTOTYPE)
        }
        let error = #expect(throws: SystemError.self) {
            _ = try NetlinkSocket.adopt(Descriptor.open("/dev/null")).portID
        }
        #expect(error?.errno == ENOTSOCK)
    }

    @Test(.enabled(if: isRoot, "needs root"))
    func `a port id in use here is free in a separate network namespace`() throws {
        let held = try NetlinkSocket.open()
        let port = held.portID
        var lent: [UInt32: UInt32] = [:]
        var sockets: Set<UInt64> = []
        try NetlinkSocket.forEachElsewhere(ports: [port, 4_000_000_000]) { port, socket in
            lent[port] = socket.portID
            if let inode = Self.inode(socket.descriptor) { sockets.insert(inode) }
        }
        #expect(lent == [port: port, 4_000_000_000: 4_000_000_000])
        #expect(sockets.count == 2)
        let open = (Int32(0)..<1_024).compactMap(Self.inode)
        #expect(sockets.isDisjoint(with: open), "a socket was left open")
    }

    /// Returns the inode of an open socket; nil for other descriptors.
    private static func inode(_ descriptor: Int32) -> UInt64? {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else { return nil }
        return UInt64(status.st_ino)
    }
}
