import Testing

@testable import taskstatsd

@Suite("DescriptorBudget")
struct DescriptorBudgetTests {
    @Test("Clients have what the daemon and the sockets of all CPUs leave them")
    func leaves() throws {
        #expect(try DescriptorBudget.clients(limit: 128, cpus: 2) == 94)
        #expect(try DescriptorBudget.clients(limit: 1_024, cpus: 512) == 480)
        #expect(try DescriptorBudget.clients(limit: 545, cpus: 512) == 1)
    }

    @Test("Where not one client has room the limit and what is needed are named")
    func tooSmall() throws {
        let error = #expect(throws: DescriptorBudget.TooSmall.self) {
            try DescriptorBudget.clients(limit: 34, cpus: 2)
        }
        #expect(error?.description.contains("open files is 34, and without any client 34 are needed") == true)
    }
}
