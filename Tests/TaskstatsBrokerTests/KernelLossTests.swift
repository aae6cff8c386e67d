import TaskstatsModel
import TaskstatsProtocol
import Testing

@testable import TaskstatsBroker

/// The kernel drops records per CPU; their users are unknown, so every subscriber of the CPU is notified.
@Suite struct KernelLossTests {
    private let host = TestHost()

    @Test
    func `a loss is reported to every subscriber of the CPU, whatever its filter and access, and to no other`() throws {
        let (all, user, filtering) = (try host.connect(), try host.connect(.user(1000)), try host.connect())
        let (otherCPU, idle) = (try host.connect(), try host.connect())
        all.subscribe()
        user.subscribe(cpus: "0-1")
        filtering.subscribe(cpus: "1", scope: .process, filter: RecordFilter(uids: [9]))
        otherCPU.subscribe(cpus: "0,2-3")
        host.lose(144, cpu: 1)
        for client in [all, user, filtering] {
            #expect(client.read() == [.hello, .answer(1), .lost(.kernel(cpu: 1), 144)])
        }
        #expect(otherCPU.read() == [.hello, .answer(1)])
        #expect(idle.read() == [.hello])
    }

    @Test func `a loss is at the position of the gap, and explains the jump of the sequence`() throws {
        let client = try host.connect()
        client.subscribe()
        host.end([EndedTask](1...2, cpu: 0))
        host.lose(3, cpu: 0)
        host.end([EndedTask](3...4, cpu: 0))
        #expect(
            client.read() == [
                .hello, .answer(1), .exit(1), .exit(2), .lost(.kernel(cpu: 0), 3), .exit(3), .exit(4),
            ])
        #expect(client.exits.map(\.sequence) == [1, 2, 6, 7])
    }

    @Test func `a client receives no loss from before its subscription or after its end`() throws {
        let (early, late) = (try host.connect(), try host.connect())
        early.subscribe(cpus: "0")
        host.lose(1, cpu: 0)
        late.subscribe(cpus: "0")
        early.subscribe(cpus: "1")
        host.lose(2, cpu: 0)
        early.read()
        late.read()
        #expect(early.losses == [LostRecords(.kernel(cpu: 0), count: 1, index: 1)])
        #expect(late.losses == [LostRecords(.kernel(cpu: 0), count: 2, index: 3)])
    }

    @Test func `while the queue is full, losses add up per CPU and are reported before the next line`() throws {
        let host = TestHost(.sample(limits: .usual { $0.queueBytes = 4_096 }))
        let client = try host.connect()
        client.subscribe()
        client.read()
        host.end([EndedTask](1...50))
        host.lose(2, cpu: 3)
        host.lose(7, cpu: 0)
        host.lose(1, cpu: 3)
        host.end(EndedTask(cpu: 3, pid: 51))
        let received = client.read()
        let losses = received.drop { if case .exit = $0 { true } else { false } }
        let delivered = received.count - losses.count
        #expect(
            losses == [
                .lost(.kernel(cpu: 0), 7), .lost(.kernel(cpu: 3), 3), .lost(.queue, UInt64(51 - delivered)),
            ])
    }

    @Test func `a loss without a following line is reported once there is room`() throws {
        let host = TestHost(.sample(limits: .usual { $0.queueBytes = 2_000 }))
        let client = try host.connect()
        client.subscribe()
        client.ask(.describe)
        host.lose(5, cpu: 2)
        #expect(client.read() == [.hello, .answer(1), .answer(2), .lost(.kernel(cpu: 2), 5)])
    }

    @Test func `a client that is closing receives nothing more`() throws {
        let client = try host.connect()
        client.subscribe()
        host.shutDown()
        host.lose(5, cpu: 2)
        host.end(EndedTask(pid: 1))
        #expect(client.read() == [.hello, .answer(1), .closing("the test is over")])
    }
}
