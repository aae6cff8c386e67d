import LinuxSystem
import Netlink
import TaskstatsModel

/// The removal of all registrations of a port id, over a socket with that id.
///
/// It handles registrations that this process did not make: those of a socket stored by a service manager, and those of
/// a port id held by another process, over a socket in another network namespace. The kernel considers only the number.
package struct RegistrationRemoval: Equatable, Sendable {
    /// The number of exit records queued in the socket before the kernel acknowledged the removal.
    package private(set) var records = 0
    /// The number of messages that the kernel dropped since the socket was opened, because it was full.
    package private(set) var dropped: UInt32 = 0

    /// Deregisters the port on all these CPUs, and returns when the kernel has acknowledged it.
    ///
    /// An acknowledgement is lost if the socket is full. By then the socket has been drained, so the request is
    /// repeated. Reading stops at the acknowledgement: no record is queued after it.
    package static func run(
        over port: borrowing some NetlinkPort & ~Copyable, family: TaskstatsFamily, cpus: CPUSet, batch: MessageBatch
    ) throws(NetlinkError) -> RegistrationRemoval {
        let attempts: UInt32 = 16
        var removal = RegistrationRemoval()
        for attempt in 1...attempts {
            let request = try family.deregister(cpus: cpus, sequence: attempt)
            do throws(SystemError) { try port.send(request) } catch { throw .system(error) }
            guard let errno = try removal.read(from: port, family, upTo: request, batch) else { continue }
            guard errno == 0 else { throw .refused(operation: request.operation, SystemError("netlink", errno: errno)) }
            let lostAcknowledgements = attempt - 1
            removal.dropped = try drops(port) &- lostAcknowledgements
            return removal
        }
        throw .unanswered(operation: "deregister CPU \(cpus)")
    }

    /// Counts records until the acknowledgement and returns its error number; nil when the socket is empty before.
    private mutating func read(
        from port: borrowing some NetlinkPort & ~Copyable, _ family: TaskstatsFamily,
        upTo request: GenericNetlinkRequest, _ batch: MessageBatch
    ) throws(NetlinkError) -> Int32? {
        // More than the largest receive buffer holds.
        let mostQueued = 1 << 20
        var read = 0
        while read < mostQueued {
            do throws(SystemError) {
                try port.receive(into: batch, atMost: MessageBatch.capacity)
            } catch {
                throw .system(error)
            }
            guard batch.count > 0 else { return nil }
            read += batch.count
            var verdict: Int32?
            for index in 0..<batch.count where batch.isFromKernel(index) {
                do throws(NetlinkError) {
                    try batch.withDatagram(index) { (datagram) throws(NetlinkError) in
                        try NetlinkMessage.forEach(in: datagram) { message, _ in
                            switch message {
                            case .acknowledgement(request.sequence, let errno): verdict = errno
                            case .data(let header) where header.type == family.id: records += 1
                            case .acknowledgement, .data: break
                            }
                        }
                    }
                } catch {
                    // An unreadable message counts as a record.
                    records += 1
                }
            }
            if let verdict { return verdict }
        }
        return nil
    }

    private static func drops(_ port: borrowing some NetlinkPort & ~Copyable) throws(NetlinkError) -> UInt32 {
        do throws(SystemError) { return try port.drops() } catch { throw .system(error) }
    }
}
