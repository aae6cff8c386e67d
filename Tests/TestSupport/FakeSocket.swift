import LinuxSystem

/// The kernel's end of a socket: a queue limited in bytes, and a counter of dropped messages.
package final class FakeSocket {
    /// Calls that can be made to fail.
    package enum Call: Hashable { case send, receive, drops, setReceiveBuffer }

    /// The port id.
    package let portID: UInt32
    /// The limit of the queue.
    package var receiveBufferBytes = 212_992
    /// The number of messages that did not fit since the socket was opened.
    package var drops: UInt32
    /// The number of exit records for the socket since its last acknowledged registration.
    package internal(set) var produced: UInt64 = 0
    /// Errors of calls, each thrown once.
    package var failures: [Call: SystemError] = [:]

    private var queue: [(sender: UInt32, bytes: [UInt8], cost: Int)] = []
    private var head = 0
    private var queuedBytes = 0

    init(portID: UInt32, drops: UInt32) {
        self.portID = portID
        self.drops = drops
    }

    /// The number of queued messages.
    package var queued: Int { queue.count - head }

    /// Queues a message if it fits or the queue is empty; otherwise drops and counts it.
    @discardableResult
    package func deliver(_ bytes: @autoclosure () -> [UInt8], cost: Int, sender: UInt32 = 0) -> Bool {
        guard queued == 0 || queuedBytes + cost <= receiveBufferBytes else {
            // Only messages of the kernel are counted.
            if sender == 0 { drops &+= 1 }
            return false
        }
        queue.append((sender, bytes(), cost))
        queuedBytes += cost
        return true
    }

    func take(atMost limit: Int) -> [(sender: UInt32, bytes: [UInt8])] {
        let taken = queue[head..<min(head + limit, queue.count)]
        head += taken.count
        queuedBytes -= taken.reduce(0) { $0 + $1.cost }
        let datagrams = taken.map { (sender: $0.sender, bytes: $0.bytes) }
        if head > queue.count / 2 {
            queue.removeFirst(head)
            head = 0
        }
        return datagrams
    }

    func fail(_ call: Call) throws(SystemError) {
        if let failure = failures.removeValue(forKey: call) { throw failure }
    }
}
