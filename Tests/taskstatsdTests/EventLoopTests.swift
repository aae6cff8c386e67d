import LinuxSystem
import Testing

@testable import taskstatsd

@Suite struct EventLoopTests {
    @Test(arguments: [
        EventSource.listener, .signals, .kernel(cpu: 0), .kernel(cpu: 8_191), .client(1), .client(1 << 55),
    ])
    func `event sources survive encoding as epoll tokens`(source: EventSource) {
        #expect(EventSource(token: source.token) == source)
    }

    @Test func `an unused token decodes to no source`() { #expect(EventSource(token: .max) == nil) }

    @Test func `a descriptor watched once is reported once, and again after it is rearmed`() throws {
        var loop = try EventLoop()
        let pair = try SocketPair.open()
        try loop.add(pair.ours.number, .client(7), [.readable, .once])
        #expect(try loop.wait(milliseconds: 0).isEmpty)
        try pair.theirsSend("x")
        #expect(try loop.wait(milliseconds: nil).map(\.source) == [.client(7)])
        #expect(try loop.wait(milliseconds: 0).isEmpty)
        try loop.modify(pair.ours.number, .client(7), [.readable, .once])
        #expect(try loop.wait(milliseconds: 0).map(\.source) == [.client(7)])
    }
}
