import Testing

@testable import TaskstatsModel

@Suite struct CPUTimeTests {
    private let tick = Duration.milliseconds(4)

    /// Returns a record with a run time, a wait for CPUs and an age, in microseconds.
    private func record(
        _ kind: TaskRecord.Kind = .task, run: UInt64, waited: UInt64, age: UInt64, count: UInt64 = 1
    ) -> TaskRecord {
        var record = TaskRecord(kind: kind)
        record.set(.cpuRunVirtualTotal, to: run * 1_000)
        record.set(.cpuDelayTotal, to: waited * 1_000)
        record.set(.acEtime, to: age)
        record.set(.cpuCount, to: count)
        return record
    }

    @Test func `a task that ended before its first tick has used at most its age minus its waits`() throws {
        let time = try #require(record(run: 0, waited: 1_000, age: 4_700).cpuTime(tick: tick))
        #expect(time.lower == .zero)
        // The kernel truncates the age to microseconds.
        #expect(time.upper == .microseconds(3_701))
    }

    @Test func `a task that slept has used at most one tick more than the kernel counted`() {
        let time = record(run: 7_000, waited: 0, age: 900_000).cpuTime(tick: tick)
        #expect(time == CPUTime(lowerNanoseconds: 7_000_000, upperNanoseconds: 11_000_000))
    }

    @Test func `a task that never slept has run for its age minus its waits, whatever the tick`() {
        var record = record(run: 7_000, waited: 1_000, age: 20_000)
        record.set(.nvcsw, to: 0)
        #expect(record.cpuTime(tick: tick)?.upper == .microseconds(19_001))
        record.set(.nvcsw, to: 1)
        #expect(record.cpuTime(tick: tick)?.upper == .milliseconds(11))
    }

    @Test func `each thread of a process can lack a tick`() {
        let process = record(.process, run: 7_000, waited: 0, age: 900_000, count: 20)
        #expect(process.cpuTime(tick: tick, threads: 3)?.upper == .milliseconds(19))
        #expect(process.cpuTime(tick: tick)?.upper == .milliseconds(87))
    }

    @Test func `an unknown tick is assumed to be the longest`() {
        #expect(record(run: 7_000, waited: 0, age: 900_000).cpuTime?.upper == .milliseconds(17))
    }

    @Test func `without age and waits, the tick bounds the time of a task, and nothing bounds that of a process`() {
        for (kind, upper) in [(TaskRecord.Kind.task, Duration.milliseconds(5)), (.process, nil)] {
            var record = TaskRecord(kind: kind)
            #expect(record.cpuTime == nil)
            record.set(.cpuRunVirtualTotal, to: 1_000_000)
            #expect(record.cpuTime(tick: tick)?.upper == upper)
        }
    }

    @Test func `the upper bound is never below the lower one, as ages and run times come from different clocks`() {
        let time = record(run: 5_000, waited: 0, age: 4_990).cpuTime(tick: tick)
        #expect(time == CPUTime(lowerNanoseconds: 5_000_000, upperNanoseconds: 5_000_000))
        #expect(record(run: 0, waited: 9_000, age: 10).cpuTime(tick: tick) == .zero)
    }

    @Test func `user and system time are in the ratio of their ticks, as the kernel scales them for rusage`() {
        let time = CPUTime(lowerNanoseconds: 9_000_000, upperNanoseconds: 12_000_000)
        let mixed = time.split(userTicks: 8_000, systemTicks: 4_000)
        #expect(mixed.user == CPUTime(lowerNanoseconds: 6_000_000, upperNanoseconds: 8_000_000))
        #expect(mixed.system == CPUTime(lowerNanoseconds: 3_000_000, upperNanoseconds: 4_000_000))
        for ticks in [0, 4_000] as [UInt64] {
            #expect(time.split(userTicks: ticks, systemTicks: 0).user == time)
            #expect(time.split(userTicks: ticks, systemTicks: 0).system == .zero)
        }
        #expect(time.split(userTicks: 0, systemTicks: 4_000).system == time)
        let longest = CPUTime(lowerNanoseconds: .max, upperNanoseconds: .max)
        #expect(longest.split(userTicks: 1, systemTicks: .max - 1).system.upperNanoseconds == UInt64.max - 1)
    }

    @Test func `sums add both bounds, and stay at the largest number`() {
        var sum = CPUTime(lowerNanoseconds: 1, upperNanoseconds: 5)
        sum += CPUTime(lowerNanoseconds: 2, upperNanoseconds: 3)
        #expect(sum == CPUTime(lowerNanoseconds: 3, upperNanoseconds: 8))
        #expect(sum.widthNanoseconds == 5)
        sum += CPUTime(lowerNanoseconds: 0, upperNanoseconds: .max)
        #expect(sum.upperNanoseconds == .max)
    }
}
