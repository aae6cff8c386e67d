import TaskstatsModel
import TaskstatsProtocol
import Testing

@testable import TaskstatsBroker

/// Subscriptions between the request and the kernel's acknowledgement.
@Suite struct RegistrationFailureTests {
    private let host = TestHost()

    @Test
    func `a registration that the kernel refuses is answered with the reason and leaves no CPU registered`() throws {
        let client = try host.connect()
        host.refusedCPUs = CPUSet([2])
        let request = client.subscribe(cpus: "1-3")
        client.read()
        #expect(client.error(of: request)?.name == .kernelError)
        #expect(client.error(of: request)?.errno == "ENOMEM")
        #expect(host.registered.isEmpty)
        #expect(host.subscribedCPUs(of: client.id).isEmpty)
    }

    @Test func `a registration that the kernel refuses leaves the previous subscription in force`() throws {
        let client = try host.connect()
        client.subscribe(cpus: "0", filter: RecordFilter(uids: [5]))
        host.refusedCPUs = CPUSet([2])
        client.subscribe(cpus: "0-2")
        host.end(EndedTask(cpu: 0, pid: 1, uid: 4))
        host.end(EndedTask(cpu: 0, pid: 2, uid: 5))
        #expect(client.read() == [.hello, .answer(1), .error(2, .kernelError), .exit(2)])
        #expect(host.registered == CPUSet([0]))
    }

    @Test func `CPUs of other clients need no registration`() throws {
        try host.connect().subscribe(cpus: "2")
        host.refusedCPUs = CPUSet([2])
        let client = try host.connect()
        client.subscribe(cpus: "2")
        #expect(client.read() == [.hello, .answer(1)])
    }

    @Test func `a client that disconnects during its registration leaves no CPU registered`() throws {
        host.delaysRegistrations = true
        let client = try host.connect()
        client.subscribe(cpus: "0-3")
        client.leave()
        host.completeRegistrations()
        #expect(host.registered.isEmpty)
        #expect(host.isBalanced)
    }

    @Test func `a client that disconnects during its registration takes no CPU from others`() throws {
        try host.connect().subscribe(cpus: "1")
        host.delaysRegistrations = true
        let client = try host.connect()
        client.subscribe(cpus: "0-3")
        client.leave()
        host.completeRegistrations()
        #expect(host.registered == CPUSet([1]))
    }

    @Test func `a pending subscription receives no record`() throws {
        try host.connect().subscribe(cpus: "0")
        host.delaysRegistrations = true
        let client = try host.connect()
        client.subscribe(cpus: "0-1")
        host.end(EndedTask(cpu: 0, pid: 1))
        host.completeRegistrations()
        host.end(EndedTask(cpu: 0, pid: 2))
        #expect(client.read() == [.hello, .answer(1), .exit(2)])
    }
}

extension RecordFilter {
    init(uids: Set<UInt32>) {
        self.init()
        self.uids = uids
    }
}
