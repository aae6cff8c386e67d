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
    /// The size of the receive buffer, as the kernel counts records against it; doubled after a loss.
    package private(set) var receiveBufferBytes: Int
    /// Records handed to the sink.
    package private(set) var received: UInt64 = 0
    /// Records lost.
    package private(set) var lost: UInt64 = 0

    private let port: Port
    private let family: TaskstatsFamily
    private let batch: MessageBatch
    private let decoder = RecordDecoder()
    private let largestReceiveBufferBytes: Int
    private var losses = LossCounter(drops: 0)
    private var requestSequence: UInt32 = 0
    private var acknowledgement: (sequence: UInt32, errno: Int32)?

    /// A listener over a port of its own, with nothing registered so far.
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

    /// Registers the CPU, and returns when the kernel has acknowledged it; the numbering begins anew.
    ///
    /// Records of tasks that end before the acknowledgement are not part of the registration and are let go. When it
    /// throws, it has tried to leave no registration behind.
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

    /// Deregisters the CPU, and returns when the kernel has acknowledged it; what is queued is let go, so drain before.
    package func deregister() throws(NetlinkError) {
        try command("deregister CPU \(cpu)") { (sequence) throws(NetlinkError) in
            try family.deregister(cpu: cpu, sequence: sequence)
        }
    }

    /// Hands on everything that is queued now, and tells what was lost of it.
    ///
    /// It ends, whatever else happens meanwhile: the buffer bounds what is queued, and the losses that belong to it are
    /// those that were counted when it began.
    package func drainCompletely(time: UInt64, to sink: inout some ExitSink & ~Copyable) throws(NetlinkError) {
        let smallestRecordCost = 1_024
        let mostQueued = receiveBufferBytes / smallestRecordCost + MessageBatch.capacity
        let dropped = try drops()
        if try drain(budget: mostQueued, time: time, to: &sink) == .more {
            tell(losses.settleAtEnd(drops: dropped), &sink)
        }
    }

    /// Reads records and hands them on until the socket is empty, or until about `budget` records were read.
    ///
    /// After `.more` drain again without waiting: the socket may be empty by then, and what it lost is not told before
    /// it was seen empty.
    package func drain(
        budget: Int, time: UInt64, to sink: inout some ExitSink & ~Copyable
    ) throws(NetlinkError) -> Outcome {
        let lostBefore = lost
        defer { if lost > lostBefore { growReceiveBuffer() } }
        var read = 0
        // The drop counter when the socket was last seen empty and more had been dropped than was told.
        var dropped: UInt32?
        repeat {
            try receive(atMost: MessageBatch.capacity)
            let count = batch.count
            for index in 0..<count { handle(index, time: time, sink: &sink) }
            read += count
            guard count < MessageBatch.capacity else { continue }
            // Empty. What had been dropped before the last call is told here, behind the records that came before it.
            if let dropped { tell(losses.settleAtEnd(drops: dropped), &sink) }
            let drops = try drops()
            if losses.isSettled(drops: drops) { return .empty(records: read) }
            dropped = drops
        } while read < max(budget, 1)
        return .more
    }

    // MARK: One datagram

    @inline(__always)
    private func handle(_ index: Int, time: UInt64, sink: inout some ExitSink & ~Copyable) {
        // What is not from the kernel is nobody's record.
        guard batch.isFromKernel(index) else { return }
        let receivedBefore = received
        do throws(NetlinkError) {
            try inspect(index) { (payload, header) throws(NetlinkError) in
                locateLoss(before: header.sequence, &sink)
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
            if received == receivedBefore { tell(1, &sink) }
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
        tell(losses.settle(gap: gap, drops: drops), &sink)
    }

    private func tell(_ count: UInt32, _ sink: inout some ExitSink & ~Copyable) {
        guard count > 0 else { return }
        lost += UInt64(count)
        sink.lost(cpu: cpu, count: UInt64(count))
    }

    /// Makes the next loss less likely; where the kernel refuses, the buffer stays as it is.
    private func growReceiveBuffer() {
        guard receiveBufferBytes < largestReceiveBufferBytes else { return }
        try? setReceiveBuffer(min(2 * receiveBufferBytes, largestReceiveBufferBytes))
    }

    // MARK: Commands

    /// Makes a request until it is acknowledged and nothing was dropped beside it; making it twice changes nothing.
    ///
    /// An acknowledgement that finds the socket full is lost like a record. The kernel handles a request within send, so
    /// that nothing but its loss can keep it from us. Were a record dropped on its way, nobody could tell whether that
    /// was before or behind the acknowledgement; so the counting starts from a request beside which none was.
    private func command(
        _ operation: String, _ makeRequest: (UInt32) throws(NetlinkError) -> GenericNetlinkRequest
    ) throws(NetlinkError) {
        // An acknowledgement finds its place even when a storm of exits goes on beside it.
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

    /// Lets records go up to the acknowledgement, none behind it; false when there is no acknowledgement.
    private func letGo(upToAcknowledgementOf request: GenericNetlinkRequest) throws(NetlinkError) -> Bool {
        while acknowledgement?.sequence != request.sequence {
            try receive(atMost: 1)
            guard batch.count == 1 else { return false }
            // What cannot be read is let go like a record.
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
