import LinuxSystem
import TaskstatsBroker
import Testing

@testable import taskstatsd

@Suite("ClientConnection")
struct ClientConnectionTests {
    @Test("Who reads a little of what fills its socket is seen to")
    func signsOfReading() throws {
        let pair = try SocketPair.open()
        let connection = ClientConnection(id: ClientID(number: 1), uid: 0, descriptor: pair.ours)
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

    private func read(_ descriptor: borrowing Descriptor, bytes: Int) throws -> Int {
        try unsafe withUnsafeTemporaryAllocation(byteCount: bytes, alignment: 1) { buffer in
            try unsafe descriptor.read(into: buffer) ?? 0
        }
    }
}
