import Taskstats
import TestSupport
import Testing

@testable import tsctl

/// Timelines, their critical path, and what ran at the same time.
@Suite struct TraceModelTests {
    private typealias Sample = SampleTimeline

    private func offset(_ time: UInt64) -> UInt64 { (time - Sample.origin) / Sample.millisecond }

    @Test func `each process is below the one that started it, in the order of the starts`() {
        let spans = Sample.build.spans
        #expect(spans.map(\.pid) == [10, 11, 12, 13, 14])
        #expect(spans.map(\.depth) == [0, 1, 1, 1, 1])
        #expect(spans.map(\.parent) == [nil, 0, 0, 0, 0])
    }

    @Test func `the critical path is the chain of processes for which all others waited`() {
        let timeline = Sample.build
        let path = CriticalPath(timeline).segments
        #expect(path.map { timeline.spans[$0.span].pid } == [10, 11, 10, 13, 10, 14, 10])
        #expect(path.map { offset($0.start) } == [0, 5, 40, 41, 70, 72, 98])
        #expect(path.map { offset($0.end) } == [5, 40, 41, 70, 72, 98, 100])
    }

    @Test func `a random tree has a path without gaps and overlaps, from its start to its end`() {
        for seed in 1...50 as ClosedRange<UInt64> {
            var random = SeededGenerator(seed: seed)
            var records = [Sample.record(1_000, "make", 0, 1_000)]
            var living: [(pid: UInt32, start: UInt64, end: UInt64, parents: [UInt32])] = [(1_000, 0, 1_000, [])]
            for pid in 1_001...1_060 as ClosedRange<UInt32> {
                let parent = living.randomElement(using: &random) ?? living[0]
                guard parent.end - parent.start > 2 else { continue }
                let start = UInt64.random(in: parent.start..<parent.end - 1, using: &random)
                let end = UInt64.random(in: start...parent.end, using: &random)
                let parents = Array(([parent.pid] + parent.parents).prefix(8))
                living.append((pid, start, end, parents))
                records.append(Sample.record(pid, "cc", start, end, parents: parents))
            }
            let path = CriticalPath(Sample.of(records)).segments
            #expect(path.first.map { offset($0.start) } == 0)
            #expect(path.last.map { offset($0.end) } == 1_000)
            #expect(zip(path, path.dropFirst()).allSatisfy { $0.end == $1.start }, "seed \(seed)")
        }
    }

    @Test func `the sum of all states over time is the time of all processes`() {
        let timeline = Sample.build
        let concurrency = TraceConcurrency(timeline, intervals: 7)
        func sum(_ state: TraceShares.State) -> Double {
            concurrency[state].reduce(0, +) * Double(concurrency.interval) / 1e6
        }
        #expect(abs(sum(.onCPU) - 74) < 0.001)
        #expect(abs(sum(.waitingForCPU) - 5) < 0.001)
        #expect(abs(sum(.blockIO) - 20) < 0.001)
        let all = TraceShares.State.allCases.reduce(0) { $0 + sum($1) }
        #expect(abs(all - (35 + 14 + 29 + 26 + 100)) < 0.001)
    }

    @Test func `a child that was counted as older than its parent starts with it`() {
        let timeline = Sample.of([
            Sample.record(11, "cc", 4, 50, parents: [10]), Sample.record(10, "make", 5, 100, parents: [1]),
        ])
        #expect(timeline.spans.map { offset($0.start) } == [5, 5])
    }

    @Test func `a process that outlived its parent is reparented`() {
        let timeline = Sample.of([
            Sample.record(10, "sh", 0, 50, parents: [1]),
            Sample.record(11, "daemon", 10, 100, parents: [10], lastParent: 1),
        ])
        #expect(timeline.spans.map(\.isReparented) == [false, true])
        #expect(timeline.spans.map(\.parent) == [nil, 0])
    }

    @Test func `most of the time was limited by a lone process, the disk and the CPUs`() {
        let timeline = Sample.of([
            Sample.record(11, "cc", 0, 100, parents: [10], cpu: 100),
            Sample.record(12, "cc", 0, 100, parents: [10], cpu: 100),
            Sample.record(13, "ld", 100, 160, parents: [10], disk: 60),
            Sample.record(14, "sh", 160, 200, parents: [10], cpu: 40),
            Sample.record(10, "make", 0, 200, parents: [1]),
        ])
        let times = TraceLimits(timeline).times
        #expect(times[.cpus] == 100 * Sample.millisecond)
        #expect(times[.disk] == 60 * Sample.millisecond)
        #expect(times[.loneProcess] == 40 * Sample.millisecond)
    }

    @Test func `the report names the path, the limits and the command lines`() {
        let lines = TraceReport(Sample.build, style: Style(isOn: false)).lines
        #expect(lines.first == "Critical path: 4 of 5 processes determined 100.000 ms of 100.000 ms")
        #expect(lines.contains { $0.hasSuffix("  13  [1] cc 13") })
        #expect(lines.contains("Most CPU time"))
        #expect(lines.last?.hasSuffix("states are spread evenly over the life of each process") == true)
    }

    @Test func `without a process the report says so`() {
        #expect(TraceReport(Sample.of([]), style: Style(isOn: false)).lines == ["No process has ended."])
    }

    @Test(arguments: [0, 1, 1 << 62, 1 << 63, UInt64.max - 20_000, .max])
    func `numbers of a damaged recording, of any size, crash nothing`(number: UInt64) throws {
        var records = (0..<3).map { Sample.record(10 + $0, "cc", 5, 40, parents: [10]) }
        for field in [Field.cpuDelayTotal, .blkioDelayTotal, .cpuRunVirtualTotal, .cpuRunRealTotal, .acEtime, .acUtime]
        {
            records[0].task.set(field, to: number)
        }
        records[1].time = number
        records[2].origin = ProcessOrigin(startedNanoseconds: number, sources: ProcessOrigin.Sources())
        for count in 1...3 {
            let timeline = Sample.of(Array(records.prefix(count)), losses: ["lost"])
            for format in TraceFormat.allCases {
                var bytes = 0
                try format.write(timeline) { (piece) throws(StandardOutput.Stop) in bytes += piece.count }
                #expect(bytes > 0)
            }
            #expect(!TraceReport(timeline, style: Style(isOn: false)).lines.isEmpty)
        }
    }
}
