import Glibc
import Netlink
import TaskstatsKernel
import TaskstatsModel
import TaskstatsProtocol
import TestSupport

/// A datagram of the kernel, read by itself and by a listener.
///
/// A record that was made out is written as a line and read back, and must be the same.
enum NetlinkTarget {
    private static let family: UInt16 = 31

    static func run(_ bytes: UnsafeRawBufferPointer) {
        unsafe decode(bytes)
        unsafe listen(bytes)
    }

    private static func decode(_ bytes: UnsafeRawBufferPointer) {
        let decoder = RecordDecoder(fallbackVersion: 16)
        try? NetlinkMessage.forEach(in: unsafe bytes.bytes) { (message, payload) throws(NetlinkError) in
            guard case .data = message else { return }
            guard let records = try? decoder.decode(payload), let task = records.task else { return }
            var encodable = task
            // What the kernel's form of a device has no place for is not told.
            if let device = task.executableDevice { encodable.set(.acExeDev, to: device.encoded) }
            let exit = ExitRecord(
                cpu: 3, sequence: 9, time: 1, pid: records.pid ?? 0, task: encodable, process: records.process)
            check(exit)
        }
    }

    private static func check(_ exit: ExitRecord) {
        var line = ByteBuffer(capacity: 64)
        RecordEncoder.appendExitLine(exit, fields: .all, redacted: [], to: &line)
        precondition(line.count <= ProtocolLimits.lineBytes, "a line that is too long")
        let event = unsafe line.withUnsafeBytes { bytes in
            try? unsafe EventReader.read(UnsafeRawBufferPointer(rebasing: bytes.dropLast()))
        }
        guard case .exit(let read) = event else { preconditionFailure("a line that is no exit's") }
        precondition(read == exit, "a record that is read as another")
    }

    // MARK: The listener

    private struct Sum: ExitSink {
        var told: UInt64 = 0

        mutating func exited(_ record: inout ExitRecord) {
            told += 1
            precondition(record.sequence == told, "a sequence number out of turn")
        }

        mutating func lost(cpu: Int, count: UInt64) { told += count }
    }

    private static func listen(_ bytes: UnsafeRawBufferPointer) {
        let kernel = FakeKernel()
        let port = kernel.open()
        let socket = port.socket
        var sum = Sum()
        do throws(NetlinkError) {
            let listener = try ExitListener(
                cpu: 0, port: port, family: TaskstatsFamily(id: family), batch: unsafe batch,
                receiveBufferBytes: 212_992)
            try listener.register()
            let datagram = unsafe Array(bytes)
            socket.deliver(datagram, cost: FakeKernel.Cost.taskRecord)
            socket.deliver(datagram, cost: FakeKernel.Cost.taskRecord, sender: 7)
            kernel.exit(FakeTask(pid: 5), on: 0)
            guard case .empty = try listener.drain(budget: 64, time: 1, to: &sum) else {
                preconditionFailure("a socket without an end")
            }
            precondition(listener.received + listener.lost == sum.told, "another sum than was told")
            precondition(listener.received >= 1, "a good record is lost beside a bad one")
            try listener.deregister()
        } catch {
            preconditionFailure("\(error)")
        }
    }

    nonisolated(unsafe) private static let batch = MessageBatch()
}

/// Messages to begin with: those that the tests build, of every version.
enum NetlinkSeeds {
    static func write(to directory: String) {
        for version in UInt16(1)...17 {
            let task = MessageBuilder.taskstats(
                version: version, command: "git\"\n\u{e9}", [.acPid: 5, .acTgid: 5, .acFlag: 0x20, .nvcsw: .max])
            let process = MessageBuilder.taskstats(version: version, [.nvcsw: 9])
            let attributes =
                MessageBuilder.aggregate(pid: 5, task)
                + (version % 2 == 0 ? MessageBuilder.aggregate(tgid: 5, process) : [])
            write(
                MessageBuilder.message(type: 31, sequence: 78, MessageBuilder.generic(command: 2, attributes)),
                to: "\(directory)/version-\(version)")
        }
    }

    private static func write(_ bytes: [UInt8], to path: String) {
        guard let file = unsafe fopen(path, "w") else { preconditionFailure("cannot write \(path)") }
        unsafe fwrite(bytes, 1, bytes.count, file)
        unsafe fclose(file)
    }
}
