import LinuxSystem

/// The operations required of a netlink socket; also implemented by the fake kernel in tests.
package protocol NetlinkPort: ~Copyable {
    /// The descriptor to wait on, if any.
    var descriptor: Int32 { get }
    /// Sends a request. The kernel's answer is queued when this returns.
    func send(_ request: GenericNetlinkRequest) throws(SystemError)
    /// Receives the queued datagrams without waiting, at most `limit`.
    func receive(into batch: MessageBatch, atMost limit: Int) throws(SystemError)
    /// Returns the number of messages that the kernel dropped for this socket since it was opened; wraps.
    func drops() throws(SystemError) -> UInt32
    /// Requests a receive buffer size and returns the actual size.
    func setReceiveBuffer(bytes: Int) throws(SystemError) -> Int
}

extension NetlinkPort where Self: ~Copyable {
    /// Sends a request and processes its answers up to the acknowledgement; throws for an error number.
    ///
    /// Nothing waits, because netlink handles a request within send. Messages with another sequence number are left
    /// over from a failed exchange and are skipped.
    package borrowing func exchange(
        _ request: GenericNetlinkRequest, batch: MessageBatch,
        _ answer: (NetlinkHeader, RawSpan) throws(NetlinkError) -> Void = { _, _ in }
    ) throws(NetlinkError) {
        do throws(SystemError) { try send(request) } catch { throw .system(error) }
        var verdict: Int32?
        while verdict == nil {
            do throws(SystemError) {
                try receive(into: batch, atMost: MessageBatch.capacity)
            } catch {
                throw .system(error)
            }
            guard batch.count > 0 else { throw .unanswered(operation: request.operation) }
            for index in 0..<batch.count where batch.isFromKernel(index) {
                try batch.withDatagram(index) { (datagram) throws(NetlinkError) in
                    try NetlinkMessage.forEach(in: datagram) { (message, payload) throws(NetlinkError) in
                        switch message {
                        case .acknowledgement(request.sequence, let errno): verdict = errno
                        case .data(let header) where header.sequence == request.sequence:
                            try answer(header, payload)
                        case .acknowledgement, .data: break
                        }
                    }
                }
            }
        }
        if let verdict, verdict != 0 {
            throw .refused(operation: request.operation, SystemError("netlink", errno: verdict))
        }
    }
}
