import CommandSupport
import Taskstats
import Testing

@testable import tsctl

@Suite struct WaitTimelineTests {
    private let millisecond = SampleTimeline.millisecond

    /// Returns a timeline that starts at the origin of the sample, with these records.
    private func timeline(_ records: [ExitRecord], scope: RecordScope = .task) -> WaitTimeline {
        var timeline = WaitTimeline(scope: scope, by: .command)
        timeline.begin(at: SampleTimeline.origin)
        for record in records { timeline.add(record) }
        return timeline
    }

    private func record(_ command: String, _ start: UInt64, _ end: UInt64, cpuWait: UInt64 = 0, disk: UInt64 = 0)
        -> ExitRecord
    {
        SampleTimeline.record(1, command, start, end, cpuWait: cpuWait, disk: disk)
    }

    /// Returns the waits between two times, in milliseconds.
    private func waits(_ timeline: WaitTimeline, _ kind: WaitTimeline.Kind, _ from: UInt64, _ to: UInt64) -> Double {
        let (groups, others) = timeline.largest(8)
        let interval = Double(timeline.interval) / 1e6
        return (groups.map(\.layer) + [others].compactMap(\.self)).reduce(0) { sum, layer in
            sum
                + layer[kind].enumerated().reduce(0) {
                    (Double(from)..<Double(to)).contains((Double($1.offset) + 0.5) * interval)
                        ? $0 + $1.element / 1e6 : $0
                }
        }
    }

    @Test func `a wait is spread evenly over the life of its task`() {
        let timeline = timeline([record("cc", 0, 400, cpuWait: 100, disk: 200)])
        #expect(abs(waits(timeline, .cpu, 0, 200) - 50) < 1)
        #expect(abs(waits(timeline, .cpu, 200, 1_000) - 50) < 1)
        #expect(abs(waits(timeline, .blockIO, 0, 1_000) - 200) < 0.001)
        #expect(waits(timeline, .memory, 0, 1_000) == 0)
    }

    @Test func `what was waited for before the start is left out`() throws {
        var timeline = WaitTimeline(scope: .task, by: .command)
        timeline.begin(at: SampleTimeline.origin + 300 * millisecond)
        timeline.add(record("cc", 0, 400, cpuWait: 100))
        timeline.add(record("early", 0, 200, cpuWait: 100))
        #expect(abs(waits(timeline, .cpu, 0, 1_000) - 25) < 0.001)
    }

    @Test(arguments: [1, 100, 481, 10_000, 86_400_000])
    func `no wait is lost however long the period becomes`(milliseconds: UInt64) {
        var timeline = timeline([record("cc", 0, 1, cpuWait: 1), record("cc", 0, milliseconds, cpuWait: 10)])
        timeline.add(record("ld", milliseconds, milliseconds, disk: 5))
        let (groups, others) = timeline.largest(8)
        #expect(groups.map(\.name) == ["cc", "ld"] && others == nil)
        #expect(abs(groups[0].layer.total(.cpu) - 11e6) < 1)
        #expect(abs(groups[1].layer.total(.blockIO) - 5e6) < 1)
        #expect(timeline.interval * UInt64(WaitTimeline.intervals) >= milliseconds * millisecond)
    }

    @Test func `groups with few waits, and those beyond the limit, are added up`() throws {
        let timeline = timeline((0..<1_500).map { record("c\($0)", 0, 10, cpuWait: $0 < 3 ? 9 : 1) })
        let (groups, others) = timeline.largest(3)
        #expect(groups.map(\.name) == ["c0", "c1", "c2"])
        #expect(abs(try #require(others).total(.cpu) - 1_497e6) < 1)
    }

    @Test(arguments: [0, 1, 1 << 62, 1 << 63, UInt64.max])
    func `numbers of a damaged recording, of any size, crash nothing`(number: UInt64) throws {
        var damaged = record("cc", 5, 40, cpuWait: 3)
        for field in [Field.cpuDelayTotal, .blkioDelayTotal, .swapinDelayTotal, .wpcopyDelayTotal, .acEtime] {
            damaged.task.set(field, to: number)
        }
        var late = record("cc", 5, 40, cpuWait: 3)
        late.time = number
        for records in [[damaged], [late], [late, damaged], [damaged, late]] {
            var timeline = timeline(records)
            timeline.lost("lost", from: number, to: number)
            timeline.extend(to: number)
            #expect(try picture(timeline).hasSuffix("</svg>\n"))
        }
    }

    // MARK: The picture

    private func picture(_ timeline: WaitTimeline, notes: [String] = []) throws -> String {
        var bytes: [UInt8] = []
        let context = WaitPicture.Context(result: "3 records shown, none lost", notes: notes)
        try WaitPicture(timeline, context).write { (piece) throws(StandardOutput.Stop) in bytes += piece }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func `a panel has an area for each group that waited, and the sums are beside it`() throws {
        let text = try picture(
            timeline([record("cc", 0, 400, cpuWait: 100), record("ld", 10, 200, cpuWait: 20, disk: 50)]))
        #expect(text.ranges(of: "class=\"g0 layer\"").count == 1, "cc waited for a CPU only")
        #expect(text.ranges(of: "class=\"g1 layer\"").count == 2)
        for part in [">cc<", ">ld<", ">100 ms<", ">50 ms<", ">120 ms<", ">none<", "3 records shown, none lost"] {
            #expect(text.contains(part), "\(part)")
        }
    }

    @Test func `lost records are hatched and named, and counted beyond a limit`() throws {
        var timeline = timeline([record("cc", 0, 400, cpuWait: 100)])
        for number in 1...1_003 { timeline.lost("lost \(number)") }
        let text = try picture(timeline)
        #expect(text.contains("url(#hatch)") && text.contains("lost 1; lost 2; lost 3"))
        #expect(timeline.losses.count == 1_000 && timeline.furtherLosses == 3)
    }

    @Test func `names that a process chose are text`() throws {
        let text = try picture(timeline([record("<a&\"'", 0, 400, cpuWait: 100)]))
        #expect(text.contains("&lt;a&amp;&quot;&#39;") && !text.contains("<a&"))
    }

    @Test func `a picture without a record says that there is none`() throws {
        let text = try picture(WaitTimeline(scope: .process, by: .unit), notes: ["A note."])
        #expect(text.contains("Waits of processes that ended, by unit") && text.contains(">none<"))
        #expect(text.contains("A note."))
    }

    @Test func `the scale has two to five steps`() {
        for number in [1e-9, 0.004, 0.9, 1, 1.1, 3, 7.5, 12, 480, 1e9, 1e19] {
            let scale = PictureScale(reaching: number)
            #expect(scale.top >= number && (2...6).contains(scale.ticks.count), "\(number): \(scale.ticks)")
        }
        #expect(PictureScale(reaching: 1.1).ticks.map(\.text) == ["0", "0.5", "1.0", "1.5"])
        #expect(PictureScale(reaching: 0).top == 1)
    }
}
