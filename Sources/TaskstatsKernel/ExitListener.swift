import LinuxSystem
import Netlink
import TaskstatsModel

/// The socket of one CPU: registers with the kernel, drains exit records, deregisters.
///
/// It owns the numbering of the CPU's records: `sequence` counts what the kernel produced for this registration, lost
/// records included, and every record is either handed to the sink or part of a loss that the sink was told. The kernel
/// keeps a registration after close, and hands the records to whoever binds the port id next; so `deregister` must have
/// been acknowledged before the listener goes.
package final class ExitListener<Port: NetlinkPort & ~Copyable> {
    /// What a drain came to.
    package enum Outcome: Hashable {
        /// The socket is empty; so many records were read.
        case empty(records: Int)
        /// The budget was used up before the socket was empty.
        case more
    }

    /// The CPU.
    package let cpu: Int
    /// The size of the receive buffer, as the kernel counts records against it.
    package private(set) var receiveBufferBytes: Int
    /// Records handed to the sink.
    package private(set) var received: UInt64 = 0
    /// Records lost.
    package private(set) var lost: UInt64 = 0

    private let port: Port
    private let family: TaskstatsFamily
    private let batch: MessageBatch
    private let decoder = RecordDecoder()
    private var losses = LossCounter()
    private var requestSequence: UInt32 = 0
    private var acknowledgement: (sequence: UInt32, errno: Int32)?
    /// Records read since the socket was last seen empty.
    private var readSinceEmpty = 0

    /// A listener over a port of its own, with nothing registered so far.
    package init(
        cpu: Int, port: consuming Port, family: TaskstatsFamily, batch: MessageBatch, receiveBufferBytes: Int
    ) throws(NetlinkError) {
        do throws(SystemError) {
            self.receiveBufferBytes = try port.setReceiveBuffer(bytes: receiveBufferBytes)
        } catch {
            throw .system(error)
        }
        self.cpu = cpu
        self.port = port
        self.family = family
        self.batch = batch
    }

    /// The descriptor to wait on.
    package var descriptor: Int32 { port.descriptor }

    /// Registers the CPU, and returns when the kernel has acknowledged it.
    ///
    /// Records of tasks that end before the acknowledgement are not part of the registration and are let go.
    package func register() throws(NetlinkError) {
        let request = try family.register(cpu: cpu, sequence: nextSequence())
        let wanted = receiveBufferBytes
        try setReceiveBuffer(max(wanted, Self.acknowledgingBufferBytes))
        try send(request)
        while acknowledgement?.sequence != request.sequence {
            // One by one, so that nothing behind the acknowledgement is taken with it.
            try receive(atMost: 1)
            guard batch.count == 1 else { throw .unanswered(operation: request.operation) }
            try inspect(0) { (_, header) in _ = losses.gap(before: header.sequence) }
        }
        try check(request)
        try setReceiveBuffer(wanted)
    }

    /// Deregisters the CPU, and returns when the kernel has acknowledged it; what is queued is let go, so drain before.
    ///
    /// An acknowledgement that found the socket full is lost like a record. The kernel handles a request within send, so
    /// that nothing but its loss can keep it from a drained socket; the request is then made again, which changes nothing.
    package func deregister() throws(NetlinkError) {
        let attempts = 16
        try setReceiveBuffer(max(receiveBufferBytes, Self.acknowledgingBufferBytes))
        for _ in 0..<attempts {
            let request = try family.deregister(cpu: cpu, sequence: nextSequence())
            try discardAll()
            try send(request)
            try discardAll()
            if acknowledgement?.sequence == request.sequence { return try check(request) }
        }
        throw .unanswered(operation: "deregister CPU \(cpu)")
    }

    /// The room in which an acknowledgement finds its place even when a storm of exits goes on beside it.
    private static var acknowledgingBufferBytes: Int { 8 << 20 }

    /// Hands on everything that is queued now, which ends because the buffer bounds what is there.
    package func drainCompletely(time: UInt64, to sink: inout some ExitSink & ~Copyable) throws(NetlinkError) {
        let smallestRecordCost = 1_024
        let mostQueued = receiveBufferBytes / smallestRecordCost + MessageBatch.capacity
        _ = try drain(budget: mostQueued, time: time, to: &sink)
    }

    /// Reads records and hands them on until the socket is empty, or until about `budget` records were read.
    package func drain(
        budget: Int, time: UInt64, to sink: inout some ExitSink & ~Copyable
    ) throws(NetlinkError) -> Outcome {
        var read = 0
        while true {
            try receive(atMost: MessageBatch.capacity)
            let count = batch.count
            for index in 0..<count { handle(index, time: time, sink: &sink) }
            read += count
            readSinceEmpty += count
            if count < MessageBatch.capacity {
                try settleWhenEmpty(&sink)
                return .empty(records: read)
            }
            if read >= budget { return .more }
        }
    }

    // MARK: One datagram

    @inline(__always)
    private func handle(_ index: Int, time: UInt64, sink: inout some ExitSink & ~Copyable) {
        // What is not from the kernel is nobody's record.
        guard batch.isFromKernel(index) else { return }
        do throws(NetlinkError) {
            try inspect(index) { (payload, header) throws(NetlinkError) in
                try locateLoss(before: header.sequence, &sink)
                let records = try decoder.decode(payload)
                guard let pid = records.pid, let task = records.task else { throw .malformed("no record of a task") }
                received += 1
                sink.exited(
                    ExitRecord(
                        cpu: cpu, sequence: received + lost, time: time, pid: pid, task: task,
                        process: records.process))
            }
        } catch {
            // A record that cannot be read is lost to everyone, and is told like one that was dropped.
            tell(1, &sink)
        }
    }

    private func inspect(
        _ index: Int, _ record: (RawSpan, NetlinkHeader) throws(NetlinkError) -> Void
    ) throws(NetlinkError) {
        try batch.withDatagram(index) { (datagram) throws(NetlinkError) in
            try NetlinkMessage.forEach(in: datagram) { (message, payload) throws(NetlinkError) in
                switch message {
                case .acknowledgement(let sequence, let errno): acknowledgement = (sequence, errno)
                case .data(let header) where header.type == family.id: try record(payload, header)
                case .data(let header): throw .malformed("a message of type \(header.type)")
                }
            }
        }
    }

    // MARK: Losses

    private func locateLoss(before sequence: UInt32, _ sink: inout some ExitSink & ~Copyable) throws(NetlinkError) {
        let gap = losses.gap(before: sequence)
        if gap > 0 { tell(losses.settle(drops: try drops(), atMost: gap), &sink) }
    }

    /// Tells what was dropped behind the last record read.
    ///
    /// When the socket has been seen empty every drop is counted: only a full socket drops, and one that was emptied
    /// cannot have been full since.
    private func settleWhenEmpty(_ sink: inout some ExitSink & ~Copyable) throws(NetlinkError) {
        defer { readSinceEmpty = 0 }
        // A socket can only have been full if at least so many records were read that filled it.
        let largestRecordCost = 4_096
        guard readSinceEmpty >= receiveBufferBytes / largestRecordCost - 1 else { return }
        tell(losses.settle(drops: try drops()), &sink)
    }

    private func tell(_ count: UInt32, _ sink: inout some ExitSink & ~Copyable) {
        guard count > 0 else { return }
        lost += UInt64(count)
        sink.lost(cpu: cpu, count: UInt64(count))
    }

    // MARK: The port

    private func discardAll() throws(NetlinkError) {
        repeat {
            try receive(atMost: MessageBatch.capacity)
            for index in 0..<batch.count where batch.isFromKernel(index) {
                // Only acknowledgements are looked for; a record that cannot be read is let go like the others.
                try? inspect(index) { _, _ in }
            }
        } while batch.count == MessageBatch.capacity
    }

    private func setReceiveBuffer(_ bytes: Int) throws(NetlinkError) {
        do throws(SystemError) {
            receiveBufferBytes = try port.setReceiveBuffer(bytes: bytes)
        } catch {
            throw .system(error)
        }
    }

    private func nextSequence() -> UInt32 {
        requestSequence &+= 1
        return requestSequence
    }

    private func check(_ request: GenericNetlinkRequest) throws(NetlinkError) {
        guard let errno = acknowledgement?.errno, errno != 0 else { return }
        throw .refused(operation: request.operation, SystemError("netlink", errno: errno))
    }

    private func send(_ request: GenericNetlinkRequest) throws(NetlinkError) {
        do throws(SystemError) { try port.send(request) } catch { throw .system(error) }
    }

    private func receive(atMost limit: Int) throws(NetlinkError) {
        do throws(SystemError) { try port.receive(into: batch, atMost: limit) } catch { throw .system(error) }
    }

    private func drops() throws(NetlinkError) -> UInt32 {
        do throws(SystemError) { return try port.drops() } catch { throw .system(error) }
    }
}
