import LinuxSystem
import Netlink
import TaskstatsBroker
import TaskstatsKernel
import TaskstatsModel
import TestSupport

/// The daemon's own work for an exit, without the kernel's: from a received datagram to the bytes for one client that
/// wants full records.
///
/// The datagrams are made before, so that what is counted, in time or in instructions, is that work.
struct StormBench {
    let records: Int

    private static let recordsPerDrain = 50

    func run() throws -> String {
        let cpu = 0
        let port = try ReplayPort(recordsPerDrain: Self.recordsPerDrain, on: cpu)
        let family = port.family
        let listener = try ExitListener(
            cpu: cpu, port: port, family: family, batch: MessageBatch(), receiveBufferBytes: 8 << 20)
        try listener.register()
        var broker = BrokerBench(cpus: 2, clients: 1, mask: .all).subscribed()
        let start = Measure.threadCPU()
        var bytes = 0
        while listener.received < records {
            broker.beginIteration(at: listener.received)
            _ = try listener.drain(budget: Self.recordsPerDrain, time: 1_795_400_000_000_000_000, to: &broker)
            bytes += BrokerBench.drain(&broker)
        }
        let nanoseconds = Double(Measure.threadCPU() - start)
        return """
            {"records":\(listener.received),"bytes_per_record":\(Double(bytes) / Double(listener.received)),\
            "ns_per_record":\(nanoseconds / Double(listener.received))}
            """
    }
}

/// A socket of the fake kernel that, once it is registered, has the same exits queued again after each drain.
private struct ReplayPort: ~Copyable, NetlinkPort {
    private final class Exits {
        var datagrams: [(sender: UInt32, bytes: [UInt8])] = []
        var next: UInt32 = 1
        var isDrained = false
    }

    let family: TaskstatsFamily
    private let port: FakePort
    private let exits = Exits()

    init(recordsPerDrain: Int, on cpu: Int) throws {
        let kernel = FakeKernel()
        family = TaskstatsFamily(id: kernel.familyID ?? 0)
        port = kernel.open()
        kernel.register(port.socket.portID, on: [cpu])
        for record in BusyRecords.exits(recordsPerDrain) {
            let values = record.task.present.map { ($0, record.task[$0] ?? 0) }
            let task = FakeTask(pid: record.pid, command: "cc1plus", Dictionary(uniqueKeysWithValues: values))
            kernel.exit(task, on: cpu)
        }
        let batch = MessageBatch()
        try port.receive(into: batch, atMost: MessageBatch.capacity)
        for index in 0..<batch.count {
            try batch.withDatagram(index) { datagram throws(NetlinkError) in
                exits.datagrams.append((0, (0..<datagram.byteCount).map { datagram.load($0) ?? 0 }))
            }
        }
    }

    var descriptor: Int32 { -1 }

    func send(_ request: GenericNetlinkRequest) throws(SystemError) { try port.send(request) }

    func receive(into batch: MessageBatch, atMost limit: Int) throws(SystemError) {
        try port.receive(into: batch, atMost: limit)
        guard batch.count == 0 else { return }
        exits.isDrained.toggle()
        guard exits.isDrained else { return }
        for index in exits.datagrams.indices {
            unsafe exits.datagrams[index].bytes.withUnsafeMutableBytes {
                unsafe $0.storeBytes(of: exits.next, toByteOffset: 8, as: UInt32.self)
            }
            exits.next &+= 1
        }
        batch.replace(with: exits.datagrams)
    }

    func drops() throws(SystemError) -> UInt32 { try port.drops() }

    func setReceiveBuffer(bytes: Int) throws(SystemError) -> Int { try port.setReceiveBuffer(bytes: bytes) }
}
