import LinuxSystem
import TaskstatsProtocol
import TestSupport
import Testing

@testable import Taskstats

/// The events of a subscription.
@Suite(.timeLimit(.minutes(1))) struct EventsTests {
    @Test func `events come in order, closing last, and after it an error`() throws {
        var withheld = SampleRecording.exit(4)
        withheld.redacted = [.io]
        let recording = SampleRecording.file((1...3).map { SampleRecording.exit($0) } + [withheld])
        let daemon = try ServedDaemon(
            recording, ["--lose", "kernel:1@2", "--lose", "queue:1@3", "--close-after", "end"])
        let connection = try TaskstatsConnection.connect(path: daemon.path)
        try connection.subscribe()
        #expect(try connection.next() == .exit(SampleRecording.servedExit(1)))
        #expect(try connection.next() == .lost(LostRecords(.kernel(cpu: 1), count: 1, index: 1)))
        #expect(try connection.next() == .lost(LostRecords(.queue, count: 1, index: 3)))
        let event = try connection.next()
        guard case .exit(let record) = event else { throw UnexpectedValue(event) }
        #expect(record.redacted == [.io])
        #expect(record.task[.readChar] == nil)
        #expect(try connection.next() == .closing(reason: "the recording has ended (--close-after)"))
        for _ in 0..<2 {
            let error = #expect(throws: TaskstatsError.self) { try connection.next() }
            #expect(error?.code == .closedByDaemon)
        }
    }

    @Test func `events that come before an answer are kept in order`() throws {
        let daemon = try FakeDaemon { peer in
            try peer.sendHello()
            try peer.grantSubscription()
            let request = try peer.request()
            for pid in 1...3 as ClosedRange<UInt32> { try peer.exit(SampleRecords.exit(pid: pid)) }
            try peer.send(ServerLine.stats(request.id, of: .pid(9), SampleRecords.task(), fields: .all))
            try peer.exit(SampleRecords.exit(pid: 4))
            try peer.waitForEnd()
        }
        let connection = try TaskstatsConnection.connect(path: daemon.path)
        try connection.subscribe()
        #expect(try connection.stats(ofTask: 9)[.nvcsw] == 201)
        for pid in 1...4 as ClosedRange<UInt32> {
            #expect(try connection.next() == .exit(SampleRecords.exit(pid: pid)))
        }
    }

    @Test func `events before a goodbye that came in place of an answer are not lost`() throws {
        let daemon = try FakeDaemon { peer in
            try peer.sendHello()
            try peer.grantSubscription()
            try peer.request()
            try peer.exit(SampleRecords.exit(pid: 1))
            try peer.send(ServerLine.closing(reason: "over"))
        }
        let connection = try TaskstatsConnection.connect(path: daemon.path)
        try connection.subscribe()
        #expect(throws: TaskstatsError.self) { try connection.status() }
        #expect(try connection.next() == .exit(SampleRecords.exit(pid: 1)))
        #expect(try connection.nextReceived() == .closing(reason: "over"))
        #expect(throws: TaskstatsError.self) { try connection.nextReceived() }
    }

    @Test func `waiting ends when the other descriptor becomes readable, and can go on`() throws {
        let daemon = try ServedDaemon(tasks: 1)
        let connection = try TaskstatsConnection.connect(path: daemon.path)
        let pipe = try Pipe()
        pipe.write()
        #expect(try connection.next(interruptedBy: pipe.reading.number) == nil)
        #expect(try connection.nextReceived() == nil)
        try pipe.read()
        try connection.subscribe()
        #expect(try connection.next(interruptedBy: pipe.reading.number) == .exit(SampleRecording.servedExit(1)))
    }

    @Test(arguments: ["{\"jsonrpc\":\"2.0\",\"method\":\"exit\",\"params\":{\"cpu\":-1}}\n", "garbage\n", "\n"])
    func `garbage in the stream ends it`(text: String) throws {
        let daemon = try FakeDaemon { peer in
            try peer.sendHello()
            try peer.send(text: text)
            try? peer.exit(SampleRecords.exit(pid: 1))
        }
        let connection = try TaskstatsConnection.connect(path: daemon.path)
        for _ in 0..<2 {
            let error = #expect(throws: TaskstatsError.self) { try connection.next() }
            #expect(error?.code == .protocolViolation)
        }
    }

    @Test func `an exit kept as text is what came, and is read when it is sent for as a record`() throws {
        let daemon = try FakeDaemon { peer in
            try peer.sendHello()
            for _ in 0..<2 { try peer.exit(SampleRecords.exit(pid: 1)) }
            try peer.send(text: #"{"jsonrpc":"2.0","method":"exit","params":{"a":"\#u{1b}"}}"# + "\n")
        }
        let connection = try TaskstatsConnection.connect(path: daemon.path)
        connection.keepsText = true
        let pipe = try Pipe()
        var line = ByteBuffer(capacity: 4_096)
        RecordEncoder.appendExitLine(SampleRecords.exit(pid: 1), fields: .all, redacted: [], to: &line)
        let event = try connection.nextText(interruptedBy: pipe.reading.number)
        guard case .exit(let text) = event else { throw UnexpectedValue(event) }
        let whole = String(decoding: line.array, as: UTF8.self)
        #expect(whole == #"{"jsonrpc":"2.0","method":"exit","params":"# + String(decoding: text, as: UTF8.self) + "}\n")
        #expect(try connection.next() == .exit(SampleRecords.exit(pid: 1)))
        #expect(throws: TaskstatsError.self) { try connection.next() }
    }
}
