import Taskstats
import Testing

@testable import tsctl

@Suite struct CriticalPathTests {
    @Test func `the path of a long loop is found at once`() {
        var load = SyntheticTimeline()
        let shell = load.add("sh", 0...200_000)
        for number in 0..<100_000 as Range<UInt64> { load.add("sed", below: shell, number * 2...number * 2 + 1) }
        let path = CriticalPath(load.timeline())
        #expect(path.segments.count == 200_000)
        #expect(path.segments.reduce(0) { $0 + $1.duration } == 200_000_000_000)
    }

    @Test func `a process that lived no time does not hide those before it`() {
        var load = SyntheticTimeline()
        let make = load.add("make", 0...1_000)
        let compiler = load.add("cc1", below: make, 100...800)
        load.add("true", below: make, 900...900)
        let path = CriticalPath(load.timeline())
        #expect(path.segments.map(\.span) == [make, compiler, make])
    }
}
