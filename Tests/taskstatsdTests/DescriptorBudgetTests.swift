import Testing

@testable import taskstatsd

@Suite struct DescriptorBudgetTests {
    @Test func `clients get the descriptors left over by the daemon and the sockets of all CPUs`() throws {
        #expect(try DescriptorBudget.clients(limit: 128, cpus: 2) == 94)
        #expect(try DescriptorBudget.clients(limit: 1_024, cpus: 512) == 480)
        #expect(try DescriptorBudget.clients(limit: 128, cpus: 2, inherited: 14) == 80)
        #expect(try DescriptorBudget.clients(limit: 545, cpus: 512) == 1)
    }

    @Test func `a limit without room for a single client is an error with the limit and the need`() throws {
        let error = #expect(throws: DescriptorBudget.TooSmall.self) {
            try DescriptorBudget.clients(limit: 34, cpus: 2)
        }
        #expect(error?.description.contains("open-file limit is 34, but taskstatsd needs more than 34 on") == true)
    }
}
