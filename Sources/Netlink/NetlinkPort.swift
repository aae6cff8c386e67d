import LinuxSystem

/// What the kernel's side of this program needs of a netlink socket; a fake kernel in tests is one too.
package protocol NetlinkPort: ~Copyable {
    /// The descriptor to wait on, when there is one.
    var descriptor: Int32 { get }
    /// Sends a request. What the kernel has to say is queued when this returns.
    func send(_ request: GenericNetlinkRequest) throws(SystemError)
    /// Receives what is there, without waiting, at most `limit` datagrams.
    func receive(into batch: MessageBatch, atMost limit: Int) throws(SystemError)
    /// How many messages the kernel had to drop for this socket since it was opened; wraps.
    func drops() throws(SystemError) -> UInt32
    /// Asks for a receive buffer of so many bytes and returns what the kernel made of it.
    func setReceiveBuffer(bytes: Int) throws(SystemError) -> Int
}

extension NetlinkPort where Self: ~Copyable {
    /// Sends a request and takes its answers up to the acknowledgement; an error number becomes an error.
    ///
    /// Nothing waits: netlink handles a request within send. Messages with another sequence number are left over from
    /// an exchange that failed, and are passed over.
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
