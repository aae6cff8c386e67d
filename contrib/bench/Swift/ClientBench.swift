import Taskstats
import TaskstatsModel
import TaskstatsProtocol
import TestSupport

/// What reading typed records costs a program that links the client library: full `exit` lines over a Unix socket,
/// from a thread that wrote them beforehand and only sends.
struct ClientBench {
    let records: Int

    private static let linesPerSend = 1_000

    func run() throws -> String {
        let rounds = (records + Self.linesPerSend - 1) / Self.linesPerSend
        let lines = Self.lines()
        let daemon = try FakeDaemon { peer in
            try peer.sendHello()
            try peer.grantSubscription()
            for _ in 0..<rounds { try peer.send(bytes: lines) }
        }

        let connection = try TaskstatsConnection.connect(path: daemon.path)
        try connection.subscribe(Subscription())
        // The sum keeps the reading from being optimised away.
        var elapsed: UInt64 = 0
        var received = 0
        let (cpuBefore, wallBefore) = (Measure.threadCPU(), Measure.wall())
        while received < rounds * Self.linesPerSend {
            guard case .exit(let record) = try connection.next() else { continue }
            elapsed &+= record.task[.acEtime] ?? 0
            received += 1
        }
        let (cpu, wall) = (Measure.threadCPU() - cpuBefore, Measure.wall() - wallBefore)
        try daemon.finish()

        let count = Double(received)
        return """
            {"records":\(received),"line_bytes":\(lines.count / Self.linesPerSend),"cpu_us":\(Double(cpu) / 1e3 / count),\
            "wall_us":\(Double(wall) / 1e3 / count),"checksum":\(elapsed)}
            """
    }

    private static func lines() -> [UInt8] {
        var bytes = ByteBuffer(capacity: linesPerSend * 2_048)
        for record in BusyRecords.exits(linesPerSend) {
            RecordEncoder.appendExitLine(record, fields: .all, redacted: [], to: &bytes)
        }
        return bytes.array
    }
}
