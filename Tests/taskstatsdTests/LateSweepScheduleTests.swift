import TaskstatsModel
import Testing

@testable import taskstatsd

@Suite("LateSweepSchedule")
struct LateSweepScheduleTests {
    private let second: UInt64 = 1_000_000_000

    @Test("An offline CPU is not tried until it is announced")
    func offline() {
        var schedule = LateSweepSchedule(CPUSet([1, 5]))
        schedule.update(swept: CPUSet(), online: CPUSet([0]), now: second)
        #expect(schedule.unswept == CPUSet([1, 5]))
        #expect(schedule.nextDue == nil)
    }

    @Test("A swept CPU is removed, the others remain")
    func swept() {
        var schedule = LateSweepSchedule(CPUSet([1, 5]))
        schedule.update(swept: CPUSet([5]), online: CPUSet([0, 5]), now: second)
        #expect(schedule.unswept == CPUSet([1]))
        #expect(schedule.nextDue == nil)
        schedule.update(swept: CPUSet([1]), online: CPUSet([0, 1, 5]), now: second)
        #expect(schedule.unswept.isEmpty)
        #expect(schedule.nextDue == nil)
    }

    @Test("An online CPU that was refused is retried at growing, bounded intervals")
    func refused() {
        var schedule = LateSweepSchedule(CPUSet([1]))
        var now = second
        var pauses: [UInt64] = []
        for _ in 0..<20 {
            schedule.update(swept: CPUSet(), online: CPUSet([0, 1]), now: now)
            guard let due = schedule.nextDue else { break }
            pauses.append(due - now)
            now = due
        }
        #expect(pauses.count == 20)
        #expect(pauses.first == LateSweepSchedule.shortestPause)
        #expect(pauses == pauses.sorted())
        #expect(pauses.last == LateSweepSchedule.longestPause)
    }

    @Test("Without announcements, /sys is read periodically until all CPUs are swept")
    func withoutAnnouncements() {
        var schedule = LateSweepSchedule(CPUSet([1]))
        schedule.hasAnnouncements = false
        schedule.update(swept: CPUSet(), online: CPUSet([0]), now: second)
        #expect(schedule.nextDue == second + LateSweepSchedule.pauseWithoutAnnouncements)
        schedule.update(swept: CPUSet([1]), online: CPUSet([0, 1]), now: 2 * second)
        #expect(schedule.nextDue == nil)
    }
}
