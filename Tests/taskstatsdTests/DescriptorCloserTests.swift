import Glibc
import LinuxSystem
import TaskstatsBroker
import TestSupport
import Testing

@testable import taskstatsd

@Suite struct DescriptorCloserTests {
    @Test func `it closes a connection with everything queued in it, then reports the client`() throws {
        let closer = try DescriptorCloser()
        let pair = try SocketPair.open()
        try pair.theirsSend("unread")
        let connection = ClientConnection(
            id: ClientID(number: 7), principal: Principal(isPrivileged: true, uid: 0), descriptor: pair.ours,
            isGuarded: true)
        closer.close(connection.takeDescriptor(), of: connection.id)
        #expect(connection.descriptor.number == -1)
        try waitUntilReadable(closer)
        #expect(closer.takeClosed() == [ClientID(number: 7)])
        #expect(try read(pair.theirs) == 0, "the peer must see the end, not a reset")
        #expect(closer.takeClosed() == [])
    }

    @Test func `connections that never became clients count until they are closed`() throws {
        let closer = try DescriptorCloser()
        #expect(closer.hasRoom)
        for _ in 0..<(2 * DescriptorCloser.strangerLimit) {
            let pair = try SocketPair.open()
            closer.close(pair.ours, of: nil)
            while !closer.hasRoom { try waitUntilReadable(closer) }
        }
        #expect(closer.takeClosed() == [])
    }

    private func read(_ descriptor: borrowing Descriptor) throws -> Int? {
        try unsafe withUnsafeTemporaryAllocation(byteCount: 16, alignment: 1) { buffer in
            try unsafe descriptor.read(into: buffer)
        }
    }

    private func waitUntilReadable(_ closer: borrowing DescriptorCloser) throws {
        var entry = pollfd(fd: closer.descriptor, events: Int16(POLLIN), revents: 0)
        try #require(unsafe poll(&entry, 1, 10_000) == 1)
    }
}
