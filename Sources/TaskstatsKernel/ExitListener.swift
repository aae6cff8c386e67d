import LinuxSystem
import Netlink
import TaskstatsModel

/// The socket of one CPU: registers with the kernel, drains exit records, deregisters.
///
/// It numbers the CPU's records: `sequence` counts the records that the kernel produced for this registration,
/// including lost ones. Every record is either delivered to the sink or part of a reported loss. The kernel keeps a
/// registration after close, and sends the records to the next process that binds the port id; so `deregister` must be
/// acknowledged before the listener is released.
package final class ExitListener<Port: NetlinkPort & ~Copyable> {
    /// The result of a drain.
    package enum Outcome: Hashable {
        /// The socket is empty, after this many records.
        case empty(records: Int)
        /// The budget was used up before the socket was empty.
        case more
    }

    /// The CPU.
    package let cpu: Int
    /// The size of the receive buffer, as the kernel charges records against it; doubled after a loss.
    package private(set) var receiveBufferBytes: Int
    /// The number of records delivered to the sink.
    package private(set) var received: UInt64 = 0
    /// The number of lost records.
    package private(set) var lost: UInt64 = 0

    private let port: Port
    private let family: TaskstatsFamily
    private let batch: MessageBatch
    private let decoder = RecordDecoder()
    /// Validates every record that is delivered to the sink.
    package var validator = RecordValidator()
    /// Adds the origin of the process to every record; nil while no client needs it.
    package var origins: (any OriginSource)?
    private let largestReceiveBufferBytes: Int
    private var losses = LossCounter(drops: 0)
    private var requestSequence: UInt32 = 0
    private var acknowledgement: (sequence: UInt32, errno: Int32)?

    /// Creates a listener with its own port and without a registration.
    package init(
        cpu: Int, port: consuming Port, family: TaskstatsFamily, batch: MessageBatch, receiveBufferBytes: Int,
        largestReceiveBufferBytes: Int? = nil
    ) throws(NetlinkError) {
        do throws(SystemError) {
            self.receiveBufferBytes = try port.setReceiveBuffer(bytes: receiveBufferBytes)
        } catch {
            throw .system(error)
        }
        self.largestReceiveBufferBytes = largestReceiveBufferBytes ?? receiveBufferBytes
        self.cpu = cpu
        self.port = port
        self.family = family
        self.batch = batch
    }

    /// The descriptor to wait on.
    package var descriptor: Int32 { port.descriptor }

    /// Registers the CPU, returns when the kernel has acknowledged it, and resets the numbering.
    ///
    /// Records of tasks that end before the acknowledgement are not part of the registration and are discarded. Before
    /// it throws, it tries to remove the registration.
    package func register() throws(NetlinkError) {
        do throws(NetlinkError) {
            try command("register CPU \(cpu)") { (sequence) throws(NetlinkError) in
                try family.register(cpu: cpu, sequence: sequence)
            }
        } catch {
            try? deregister()
            throw error
        }
        received = 0
        lost = 0
    }

    /// Deregisters the CPU, and returns when the kernel has acknowledged it.
    ///
    /// Queued records are discarded, so drain first.
    package func deregister() throws(NetlinkError) {
        try command("deregister CPU \(cpu)") { (sequence) throws(NetlinkError) in
            try family.deregister(cpu: cpu, sequence: sequence)
        }
    }

    /// Delivers everything that is queued now, and reports its losses.
    ///
    /// It ends regardless of concurrent exits: the buffer size bounds the queued records, and the losses that belong to
    /// them were counted when it began.
    package func drainCompletely(time: UInt64, to sink: inout some ExitSink & ~Copyable) throws(NetlinkError) {
        let smallestRecordCost = 1_024
        let mostQueued = receiveBufferBytes / smallestRecordCost + MessageBatch.capacity
        let dropped = try drops()
        if try drain(budget: mostQueued, time: time, to: &sink) == .more {
            report(losses.reconcileAtEnd(drops: dropped), &sink)
        }
    }

    /// Reads and delivers records until the socket is empty, or until about `budget` records were read.
    ///
    /// After `.more`, drain again without waiting: the socket may be empty by then, and its losses are not reported
    /// until a read finds it empty.
    package func drain(
        budget: Int, time: UInt64, to sink: inout some ExitSink & ~Copyable
    ) throws(NetlinkError) -> Outcome {
        let lostBefore = lost
        defer { if lost > lostBefore { growReceiveBuffer() } }
        var read = 0
        // The drop counter when the socket was last empty with unreported drops.
        var dropped: UInt32?
        repeat {
            try receive(atMost: MessageBatch.capacity)
            let count = batch.count
            if count > 0 { origins?.catchUp() }
            for index in 0..<count { handle(index, time: time, sink: &sink) }
            read += count
            guard count < MessageBatch.capacity else { continue }
            // Empty. Drops before the last call are reported here, after the records that preceded them.
            if let dropped { report(losses.reconcileAtEnd(drops: dropped), &sink) }
            let drops = try drops()
            if losses.isReconciled(drops: drops) { return .empty(records: read) }
            dropped = drops
        } while read < max(budget, 1)
        return .more
    }

    // MARK: One datagram

    @inline(__always)
    private func handle(_ index: Int, time: UInt64, sink: inout some ExitSink & ~Copyable) {
        // Messages of other senders are not records.
        guard batch.isFromKernel(index) else { return }
        let receivedBefore = received
        do throws(NetlinkError) {
            try inspect(index) { (payload, header) throws(NetlinkError) in
                locateLoss(before: header.sequence, &sink)
                let records = try decoder.decode(payload)
                guard let pid = records.pid, let task = records.task else { throw .malformed("no record of a task") }
                received += 1
                var record = ExitRecord(
                    cpu: cpu, sequence: received + lost, time: time, pid: pid, task: task, process: records.process)
                validator.validate(&record)
                if let origins { record.origin = origins.origin(of: record) }
                sink.exited(&record)
            }
        } catch {
            // A record that cannot be read is lost to every client, and reported like a dropped one.
            if received == receivedBefore { report(1, &sink) }
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
                case .data: break
                }
            }
        }
    }

    // MARK: Losses

    private func locateLoss(before sequence: UInt32, _ sink: inout some ExitSink & ~Copyable) {
        let gap = losses.gap(before: sequence)
        // A counter that cannot be read now is read when the socket is empty.
        guard gap > 0, let drops = try? drops() else { return }
        report(losses.reconcile(gap: gap, drops: drops), &sink)
    }

    private func report(_ count: UInt32, _ sink: inout some ExitSink & ~Copyable) {
        guard count > 0 else { return }
        lost += UInt64(count)
        sink.lost(cpu: cpu, count: UInt64(count))
    }

    /// Makes further losses less likely; if the kernel refuses, the buffer stays as it is.
    private func growReceiveBuffer() {
        guard receiveBufferBytes < largestReceiveBufferBytes else { return }
        try? setReceiveBuffer(min(2 * receiveBufferBytes, largestReceiveBufferBytes))
    }

    // MARK: Commands

    /// Repeats a request until it is acknowledged and no message was dropped meanwhile; repeating it has no effect.
    ///
    /// If the socket is full, an acknowledgement is lost like a record. The kernel handles a request within send, so
    /// only such a loss can withhold it. If a record was dropped meanwhile, its position relative to the
    /// acknowledgement is unknown; so counting starts from a request without drops.
    private func command(
        _ operation: String, _ makeRequest: (UInt32) throws(NetlinkError) -> GenericNetlinkRequest
    ) throws(NetlinkError) {
        // An acknowledgement fits even during a storm of exits.
        let roomForAcknowledgement = 8 << 20
        let attempts = 16
        let wanted = receiveBufferBytes
        try setReceiveBuffer(max(wanted, roomForAcknowledgement))
        defer { try? setReceiveBuffer(wanted) }
        for _ in 0..<attempts {
            requestSequence &+= 1
            let request = try makeRequest(requestSequence)
            let drops = try drops()
            try send(request)
            guard try letGo(upToAcknowledgementOf: request), try self.drops() == drops else { continue }
            losses = LossCounter(drops: drops)
            return
        }
        throw .unanswered(operation: operation)
    }

    /// Discards records up to the acknowledgement, none after it; false when there is no acknowledgement.
    private func letGo(upToAcknowledgementOf request: GenericNetlinkRequest) throws(NetlinkError) -> Bool {
        while acknowledgement?.sequence != request.sequence {
            try receive(atMost: 1)
            guard batch.count == 1 else { return false }
            // Unreadable messages are discarded like records.
            try? inspect(0) { _, _ in }
        }
        guard let errno = acknowledgement?.errno, errno != 0 else { return true }
        throw .refused(operation: request.operation, SystemError("netlink", errno: errno))
    }

    // MARK: The port

    private func setReceiveBuffer(_ bytes: Int) throws(NetlinkError) {
        do throws(SystemError) {
            receiveBufferBytes = try port.setReceiveBuffer(bytes: bytes)
        } catch {
            throw .system(error)
        }
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
