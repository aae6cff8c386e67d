import Taskstats
import Testing

@testable import tsctl

@Suite struct TraceSharesTests {
    @Test func `the shares of a process are those of its times`() {
        var load = SyntheticTimeline()
        load.add("cc1", 0...1_000, shares: [50, 20, 5, 10])
        let shares = TraceShares(load.timeline().spans[0])
        let expected: [(TraceShares.State, Double)] = [
            (.onCPU, 0.5), (.waitingForCPU, 0.2), (.blockIO, 0.05), (.memory, 0.1), (.other, 0.15),
        ]
        for (state, share) in expected { #expect(abs(shares[state] - share) < 0.001) }
    }

    @Test func `the times of several threads are scaled to the life of their process`() {
        var load = SyntheticTimeline()
        load.add("link", 0...1_000, shares: [300, 100])
        let shares = TraceShares(load.timeline().spans[0])
        #expect(abs(shares[.onCPU] - 0.75) < 0.001)
        #expect(shares[.other] == 0)
    }
}
