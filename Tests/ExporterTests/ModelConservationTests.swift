import CommandSupport
import Glibc
import Taskstats
import TestSupport
import Testing

@testable import taskstats_exporter

/// M2: whatever happens, the groups have the sums of all tasks, and no value falls.
@Suite struct ModelConservationTests {
    /// Twenty seeds, or TASKSTATS_SEEDS of them, or only TASKSTATS_SEED.
    static var seeds: [UInt64] {
        if let text = unsafe getenv("TASKSTATS_SEED"), let seed = unsafe UInt64(String(cString: text)) { return [seed] }
        let count = unsafe getenv("TASKSTATS_SEEDS").flatMap { unsafe UInt64(String(cString: $0)) }
        return Array(1...(count ?? 20))
    }

    @Test(arguments: seeds)
    func `sums of groups are the sums of tasks, and no value falls, while groups lose their places`(seed: UInt64) {
        var machine = SimulatedMachine(seed: seed, limit: Int(2 + seed % 3), commands: Int(12 + seed % 13))
        var before = GroupValues(machine.model.groups)
        for step in 0..<600 {
            machine.step()
            let now = GroupValues(machine.model.groups)
            #expect(now.fallen(since: before) == [], "step \(step)")
            let sums = now.sums
            for (place, sum) in sums.enumerated() {
                #expect(sum >= comparable(machine.sumsOfEnded)[place], "place \(place), step \(step)")
                #expect(sum <= comparable(machine.sumsOfAll)[place], "place \(place), step \(step)")
            }
            before = now
            guard step % 50 == 49 else { continue }
            machine.sampleQuietly()
            before = GroupValues(machine.model.groups)
            #expect(before.sums == comparable(machine.sumsOfAll), "step \(step)")
        }
        machine.endAll()
        let end = GroupValues(machine.model.groups)
        #expect(end.sums == comparable(machine.sumsOfEnded))
        #expect(machine.model.groups.sum.exits == machine.exits)
        #expect(machine.model.groups.sum.lifetimes.count == machine.exits)
        #expect(machine.model.groups.evictions > 0)
    }

    /// The counters without ticks, which only split the run time.
    private func comparable(_ sums: [UInt64]) -> [UInt64] {
        var sums = sums
        (sums[TaskCounters.Place.user], sums[TaskCounters.Place.system]) = (0, 0)
        return sums
    }
}

/// The values of all groups at one moment.
private struct GroupValues {
    private var groups: [String: GroupTotals] = [:]
    private let evictions: UInt64

    init(_ table: GroupTable) {
        for entry in table.entries { groups[entry.name] = entry.totals }
        groups[GroupTable.otherName] = table.other
        groups[GroupTable.evictedName] = table.evicted
        evictions = table.evictions
    }

    /// The sums over all groups, with the run time in one place.
    var sums: [UInt64] {
        groups.values.reduce(into: [UInt64](repeating: 0, count: TaskCounters.count)) { sums, group in
            for place in sums.indices {
                switch place {
                case TaskCounters.Place.user, TaskCounters.Place.system:
                    sums[TaskCounters.Place.run] += group.sums[place] ?? 0
                default: sums[place] += group.sums[place] ?? 0
                }
            }
        }
    }

    /// The groups with a value that is less than before.
    ///
    /// A group that lost its place, and returned, began at 0.
    func fallen(since before: GroupValues) -> [String] {
        groups.compactMap { name, totals in
            guard let old = before.groups[name] else { return nil }
            let falls =
                (0..<TaskCounters.count).contains { (totals.sums[$0] ?? 0) < (old.sums[$0] ?? 0) }
                || totals.exits < old.exits || totals.lifetimes.nanoseconds < old.lifetimes.nanoseconds
            return falls && evictions == before.evictions ? name : nil
        } + before.groups.keys.filter { groups[$0] == nil && evictions == before.evictions }
    }
}
