import TaskstatsModel
import Testing

@testable import taskstatsd

@Suite struct ServiceReportsTests {
    private let idle = ServiceReports.State()
    private let busy = ServiceReports.State(clients: 2, cpus: CPUSet([0, 1, 2, 5]))
    private let second: UInt64 = 1_000_000_000

    @Test func `without a watchdog and without a change nothing is ever due`() {
        var reports = ServiceReports(watchdogNanoseconds: nil, now: 0)
        #expect(reports.nextDue == nil)
        #expect(reports.iterated(idle, now: 100 * second) == [])
        #expect(reports.nextDue == nil)
    }

    @Test func `a keep-alive is due at half of the watchdog timeout, and only an iteration sends it`() {
        var reports = ServiceReports(watchdogNanoseconds: 4 * second, now: 10 * second)
        #expect(reports.nextDue == 12 * second)
        #expect(reports.iterated(idle, now: 12 * second - 1) == [])
        #expect(reports.iterated(idle, now: 12 * second) == ["WATCHDOG=1"])
        #expect(reports.nextDue == 14 * second)
        // A loop that was stuck sends one keep-alive, not those that it missed.
        #expect(reports.iterated(idle, now: 29 * second) == ["WATCHDOG=1"])
        #expect(reports.nextDue == 31 * second)
    }

    @Test func `a change is reported once`() {
        var reports = ServiceReports(watchdogNanoseconds: nil, now: 0)
        #expect(reports.iterated(busy, now: second) == ["STATUS=2 clients, CPU 0-2,5 registered"])
        #expect(reports.iterated(busy, now: 9 * second) == [])
        #expect(reports.nextDue == nil)
        #expect(reports.iterated(idle, now: 10 * second) == ["STATUS=0 clients, no CPU registered"])
    }

    @Test func `changes are reported at most once a second, the last one always, a reverted one never`() {
        var reports = ServiceReports(watchdogNanoseconds: nil, now: 0)
        #expect(reports.iterated(busy, now: second / 2) == [])
        #expect(reports.nextDue == second)
        let one = ServiceReports.State(clients: 1)
        #expect(reports.iterated(one, now: second / 2 + 1) == [])
        #expect(reports.iterated(one, now: second) == ["STATUS=1 client, no CPU registered"])
        #expect(reports.iterated(busy, now: second + 1) == [])
        #expect(reports.nextDue == 2 * second)
        #expect(reports.iterated(one, now: second + 2) == [])
        #expect(reports.nextDue == nil)
    }
}
