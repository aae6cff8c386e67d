import TaskstatsModel
import Testing

@testable import taskstatsd

@Suite struct LateSweepScheduleTests {
    private let second: UInt64 = 1_000_000_000

    @Test func `an offline CPU is not tried until it is announced`() {
        var schedule = LateSweepSchedule(CPUSet([1, 5]))
        schedule.update(swept: CPUSet(), online: CPUSet([0]), now: second)
        #expect(schedule.unswept == CPUSet([1, 5]))
        #expect(schedule.nextDue == nil)
    }

    @Test func `a swept CPU is removed, the others remain`() {
        var schedule = LateSweepSchedule(CPUSet([1, 5]))
        schedule.update(swept: CPUSet([5]), online: CPUSet([0, 5]), now: second)
        #expect(schedule.unswept == CPUSet([1]))
        #expect(schedule.nextDue == nil)
        schedule.update(swept: CPUSet([1]), online: CPUSet([0, 1, 5]), now: second)
        #expect(schedule.unswept.isEmpty)
        #expect(schedule.nextDue == nil)
    }

    @Test func `an online CPU that was refused is retried at growing, bounded intervals`() {
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

    @Test func `without announcements, /sys is read periodically until all CPUs are swept`() {
        var schedule = LateSweepSchedule(CPUSet([1]))
        schedule.hasAnnouncements = false
        schedule.update(swept: CPUSet(), online: CPUSet([0]), now: second)
        #expect(schedule.nextDue == second + LateSweepSchedule.pauseWithoutAnnouncements)
        schedule.update(swept: CPUSet([1]), online: CPUSet([0, 1]), now: 2 * second)
        #expect(schedule.nextDue == nil)
    }
}
