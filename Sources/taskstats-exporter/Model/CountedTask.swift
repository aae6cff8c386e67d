import Taskstats

/// What has been counted of one task.
///
/// A counter that falls is a kernel's total that restarted at 0 after an overflow, or a value that the daemon omitted
/// for a while. What was counted stays counted, and growth beyond the largest value so far is counted once.
struct CountedTask {
    /// The largest value of each counter so far.
    private var counted = TaskCounters()
    /// The parts of the run time that were counted, in nanoseconds.
    private var (user, system) = (UInt64(0), UInt64(0))

    /// Returns the growth since what was counted, and counts it.
    mutating func grow(to now: TaskCounters) -> CounterSums {
        var growth = CounterSums()
        for place in 0..<TaskCounters.count {
            guard let value = now[place] else { continue }
            let before = counted[place] ?? 0
            counted[place] = max(before, value)
            switch place {
            // Ticks are no times; they split the run time below.
            case TaskCounters.Place.run, TaskCounters.Place.user, TaskCounters.Place.system: continue
            default: growth[place] = value > before ? value - before : 0
            }
        }
        if now[TaskCounters.Place.run] != nil { addRunTime(to: &growth) }
        return growth
    }

    /// Splits the run time in the ratio of ticks, as the kernel does for rusage: the ratio changes while a task lives, and
    /// neither part may fall.
    private mutating func addRunTime(to growth: inout CounterSums) {
        let run = counted[TaskCounters.Place.run] ?? 0
        let split = CPUTime(lowerNanoseconds: run, upperNanoseconds: run).split(
            userTicks: counted[TaskCounters.Place.user] ?? 0, systemTicks: counted[TaskCounters.Place.system] ?? 0)
        var newSystem = max(system, split.system.lowerNanoseconds)
        if run - newSystem < user { newSystem = run - user }
        growth[TaskCounters.Place.user] = run - newSystem - user
        growth[TaskCounters.Place.system] = newSystem - system
        (user, system) = (run - newSystem, newSystem)
    }
}
