import Glibc
import LinuxSystem
import TaskstatsBroker
import TestSupport
import Testing

@testable import taskstatsd

@Suite struct ClientConnectionTests {
    @Test func `a client that slowly reads a full socket is seen to make progress`() throws {
        let pair = try SocketPair.open()
        let connection = ClientConnection(
            id: ClientID(number: 1), principal: Principal(isPrivileged: true, uid: 0), descriptor: pair.ours)
        #expect(connection.lastSignOfReading(at: 1) == nil)
        let vector = SendVector()
        let bytes = [UInt8](repeating: 0, count: 8_192)
        while vector.send(bytes, to: connection.descriptor) != .full {}
        connection.noteStall(at: 2)
        #expect(connection.lastSignOfReading(at: 3) == 2)
        #expect(try read(pair.theirs, bytes: 40_000) > 0)
        #expect(connection.lastSignOfReading(at: 4) == 4)
        #expect(connection.lastSignOfReading(at: 5) == 4)
        connection.noteProgress()
        #expect(connection.lastSignOfReading(at: 6) == nil)
    }

    @Test func `a guarded connection is read up to the first descriptor, and no descriptor arrives`() throws {
        let pair = try SocketPair.open()
        let pipe = try Pipe()
        #expect(try PassedDescriptors.refuse(on: pair.ours), "it could have received descriptors before")
        try pair.theirsSend("one\ntwo\n")
        #expect(throws: SystemError("sendmsg", errno: EPERM)) { try pair.theirsPass(pipe.writing, with: "three\n") }
        let connection = ClientConnection(
            id: ClientID(number: 1), principal: Principal(isPrivileged: true, uid: 0), descriptor: pair.ours,
            isGuarded: true)
        #expect(connection.read() == .read)
        #expect(lines(connection) == ["one", "two"])
        #expect(connection.read() == .read)
        #expect(!connection.hasEnded)
        _ = shutdown(pair.theirs.number, Int32(SHUT_WR))
        #expect(connection.read() == .read)
        #expect(connection.hasEnded)
    }

    @Test(arguments: [0, Int32(MSG_OOB)])
    func `a descriptor queued before the guard is detected, even with urgent data, and stays queued`(flags: Int32)
        throws
    {
        let pair = try SocketPair.open()
        let pipe = try Pipe()
        try pair.theirsPass(pipe.writing, with: "x", flags: flags)
        try pair.theirsSend("rest\n")
        #expect(try PassedDescriptors.refuse(on: pair.ours))
        let connection = ClientConnection(
            id: ClientID(number: 1), principal: Principal(isPrivileged: true, uid: 0), descriptor: pair.ours,
            isGuarded: true)
        let before = descriptors(of: pipe)
        for _ in 0..<2 { #expect(connection.read() == .passedDescriptors) }
        #expect(connection.hasEnded)
        #expect(lines(connection) == [])
        #expect(descriptors(of: pipe) == before)
    }

    @Test func `a connection whose listener refuses descriptors is not guarded`() throws {
        let directory = try TemporaryDirectory()
        let listening = try ListeningSocket.open(path: directory.file("socket"))
        let client = try UnixSocket.connect(to: listening.path)
        guard let accepted = try listening.accept() else { throw UnexpectedValue("nothing to accept") }
        #expect(try !PassedDescriptors.refuse(on: accepted))
        try listening.removeFile()
        withExtendedLifetime(client.number) {}
    }

    private func lines(_ connection: ClientConnection) -> [String] {
        var lines: [String] = []
        while case .line(let line) = unsafe connection.framer.next({ unsafe String(decoding: $0, as: UTF8.self) }) {
            lines.append(line)
        }
        return lines
    }

    /// The descriptors of this process that refer to the pipe.
    private func descriptors(of pipe: borrowing Pipe) -> [Int32] {
        guard let inode = Self.inode(pipe.reading.number) else { return [] }
        return (Int32(0)..<256).filter { Self.inode($0) == inode }
    }

    private static func inode(_ number: Int32) -> UInt64? {
        var status = stat()
        guard unsafe fstat(number, &status) == 0, status.st_mode & S_IFMT == S_IFIFO else { return nil }
        return UInt64(status.st_ino)
    }

    private func read(_ descriptor: borrowing Descriptor, bytes: Int) throws -> Int {
        try unsafe withUnsafeTemporaryAllocation(byteCount: bytes, alignment: 1) { buffer in
            try unsafe descriptor.read(into: buffer) ?? 0
        }
    }
}
