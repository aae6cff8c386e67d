import Testing

@testable import taskstatsd

@Suite struct ProcessScanTests {
    /// Reads every process, and returns the order; `parents` are found with them.
    private func order(_ pids: [UInt32], parents: [UInt32: UInt32]) -> [UInt32] {
        var scan = ProcessScan(pids)
        var order: [UInt32] = []
        while let pid = scan.next() {
            order.append(pid)
            let isPutBack = parents[pid].map { scan.putBack(pid, behind: $0) } ?? false
            if !isPutBack { scan.finish(pid) }
        }
        #expect(scan.isFinished)
        return order
    }

    @Test func `a process that is found before its parent is read again after it`() {
        #expect(order([3, 1, 2], parents: [1: 3]) == [1, 3, 1, 2])
    }

    @Test func `a process that is found after its parent is read once`() {
        #expect(order([3, 1, 2], parents: [2: 1, 3: 1]) == [1, 2, 3])
    }

    @Test func `two processes that claim to be the parent of each other are read twice at most`() {
        #expect(order([1, 2], parents: [1: 2, 2: 1]) == [1, 2, 1, 2])
    }
}
