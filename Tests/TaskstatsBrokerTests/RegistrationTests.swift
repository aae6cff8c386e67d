import TaskstatsModel
import Testing

@testable import TaskstatsBroker

/// A CPU is registered exactly as long as some subscription includes it; ``TestHost`` compares the two after every
/// input.
@Suite struct RegistrationTests {
    private let host = TestHost()

    @Test func `without a subscription no CPU is registered`() throws {
        _ = try host.connect()
        #expect(host.registered.isEmpty)
    }

    @Test func `the first client of a CPU has it registered, and the next one shares it`() throws {
        try host.connect().subscribe(cpus: "1-2")
        #expect(host.registered == CPUSet([1, 2]))
        try host.connect().subscribe(cpus: "2-3")
        #expect(host.registered == CPUSet([1, 2, 3]))
        #expect(host.registrations == [1: 1, 2: 1, 3: 1])
    }

    enum Departure: CaseIterable { case unsubscribe, disconnect, otherMask }

    @Test(arguments: Departure.allCases)
    func `the last client that leaves a CPU has it deregistered`(_ departure: Departure) throws {
        let (one, other) = (try host.connect(), try host.connect())
        one.subscribe(cpus: "0-1")
        other.subscribe(cpus: "1-2")
        func depart(_ client: TestClient) {
            switch departure {
            case .unsubscribe: client.unsubscribe()
            case .disconnect: client.leave()
            case .otherMask: client.subscribe(cpus: "3")
            }
        }
        let throttle = departure == .otherMask ? [3] : []
        depart(one)
        #expect(host.registered == CPUSet([1, 2] + throttle))
        depart(other)
        #expect(host.registered == CPUSet(throttle))
    }

    @Test func `a second subscription on the same connection counts once`() throws {
        let client = try host.connect()
        for _ in 0..<3 { client.subscribe(cpus: "0-1") }
        #expect(host.registrations == [0: 1, 1: 1])
        client.unsubscribe()
        #expect(host.registered.isEmpty)
    }

    @Test func `unsubscribing twice, or without a subscription, is answered and changes nothing`() throws {
        let (client, other) = (try host.connect(), try host.connect())
        other.subscribe(cpus: "0")
        client.unsubscribe()
        client.subscribe(cpus: "0")
        client.unsubscribe()
        client.unsubscribe()
        #expect(host.registered == CPUSet([0]))
        #expect(client.read() == [.hello, .answer(1), .answer(2), .answer(3), .answer(4)])
    }

    @Test func `a CPU that was deregistered is registered again for the next client`() throws {
        for _ in 0..<3 {
            let client = try host.connect()
            client.subscribe(cpus: "2")
            client.leave()
        }
        #expect(host.registrations == [2: 3])
        #expect(host.registered.isEmpty)
    }

    @Test func `a client that disconnects twice takes nothing from the others`() throws {
        let (client, other) = (try host.connect(), try host.connect())
        client.subscribe(cpus: "0")
        other.subscribe(cpus: "0")
        client.leave()
        client.leave()
        #expect(host.registered == CPUSet([0]))
    }

    @Test func `a list without a CPU of the machine registers none and keeps the subscription`() throws {
        let client = try host.connect()
        client.subscribe(cpus: "0")
        for list in ["4", "1-", "", "0-1,9"] {
            let request = client.subscribe(cpus: list)
            client.read()
            #expect(client.error(of: request)?.name == .invalidParams)
            #expect(client.error(of: request)?.field == "cpus")
        }
        #expect(host.registered == CPUSet([0]))
        #expect(host.registrations == [0: 1])
    }

    @Test func `CPUs above the first 64 are registered like any other`() throws {
        let host = TestHost(.sample(cpus: 512))
        let client = try host.connect()
        client.subscribe(cpus: "63-64,511")
        #expect(host.registered == CPUSet([63, 64, 511]))
        host.end(EndedTask(cpu: 511, pid: 7))
        client.read()
        #expect(client.pids == [7])
        client.leave()
        #expect(host.registered.isEmpty)
    }
}
