import Testing

@testable import taskstatsd

@Suite struct DescriptorStoreQueueTests {
    private var queue = DescriptorStoreQueue()

    private mutating func sendAll() -> [DescriptorStoreQueue.Message] {
        var sent: [DescriptorStoreQueue.Message] = []
        while let message = queue.next(now: .max) {
            sent.append(message)
            queue.sent()
        }
        return sent
    }

    @Test mutating func `messages are sent in order, once each`() {
        queue.keep(7, as: "cpu-0")
        queue.keep(8, as: "cpu-1")
        #expect(sendAll() == [.keep(descriptor: 7, name: "cpu-0"), .keep(descriptor: 8, name: "cpu-1")])
        queue.forget("cpu-0")
        #expect(sendAll() == [.forget(name: "cpu-0")])
        #expect(sendAll() == [])
    }

    @Test mutating func `a socket that is forgotten before it was sent is never sent`() {
        queue.keep(7, as: "cpu-0")
        queue.keep(8, as: "cpu-1")
        queue.forget("cpu-0")
        #expect(sendAll() == [.keep(descriptor: 8, name: "cpu-1")])
    }

    @Test mutating func `a socket with a reused name is sent after the removal of the previous one`() {
        queue.keep(7, as: "cpu-0")
        _ = sendAll()
        queue.forget("cpu-0")
        queue.keep(9, as: "cpu-0")
        #expect(sendAll() == [.forget(name: "cpu-0"), .keep(descriptor: 9, name: "cpu-0")])
    }

    @Test mutating func `a cancelled socket is not sent, but another one with its name is`() {
        queue.keep(7, as: "cpu-0")
        queue.keep(8, as: "cpu-0")
        queue.cancel(7)
        #expect(sendAll() == [.keep(descriptor: 8, name: "cpu-0")])
    }

    @Test mutating func `a message that did not fit is retried after a pause, and an empty queue is never due`() {
        #expect(queue.nextDue == nil)
        queue.keep(7, as: "cpu-0")
        #expect(queue.next(now: 5) != nil)
        queue.postpone(now: 5)
        let due = 5 + DescriptorStoreQueue.retryPause
        #expect(queue.nextDue == due)
        #expect(queue.next(now: due - 1) == nil)
        #expect(queue.next(now: due) == .keep(descriptor: 7, name: "cpu-0"))
        queue.sent()
        #expect(queue.nextDue == nil)
    }
}
