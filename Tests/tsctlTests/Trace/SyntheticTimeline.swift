import Taskstats
import TestSupport

@testable import tsctl

/// Timelines made by hand, in milliseconds after some moment.
struct SyntheticTimeline {
    static let origin: UInt64 = 1_795_400_000_000_000_000

    private var spans: [TraceSpan] = []
    var losses: [TraceTimeline.Loss] = []

    /// Adds a process and returns its place; the shares are of CPU, waits for a CPU and for block I/O in percent.
    @discardableResult
    mutating func add(
        _ command: String, below parent: Int? = nil, _ times: ClosedRange<UInt64>, line: String? = nil,
        exit: ExitStatus = .code(0), shares: [UInt64] = [50, 10, 5], isReparented: Bool = false
    ) -> Int {
        let length = (times.upperBound - times.lowerBound) * 10_000
        let cpu = shares[0] * length
        let kinds: [WaitKind] = [.cpu, .blkio, .thrashing]
        let waits = zip(kinds, shares.dropFirst()).map { kind, share in
            TraceWait(kind: kind, nanoseconds: share * length, count: share)
        }
        spans.append(
            TraceSpan(
                pid: UInt32(1_000 + spans.count), parent: parent, depth: parent.map { spans[$0].depth + 1 } ?? 0,
                start: Self.origin + times.lowerBound * 1_000_000,
                end: Self.origin + times.upperBound * 1_000_000,
                details: TraceSpan.Details(
                    command: Array(command.utf8), commandLine: line, exit: exit,
                    cpuTime: CPUTime(lowerNanoseconds: cpu, upperNanoseconds: cpu),
                    waits: waits.filter { $0.count > 0 }, hasThreads: false, peakMemoryKiB: 5_120,
                    readBytes: 4_096, writtenBytes: 8_192, startSource: .observed, isReparented: isReparented)))
        return spans.count - 1
    }

    /// Adds missing records.
    mutating func lose(_ text: String, at time: UInt64) {
        losses.append(TraceTimeline.Loss(time: Self.origin + time * 1_000_000, text: text))
    }

    /// Returns the timeline.
    func timeline(title: String = "make -j4", cpus: Int? = 4, omitted: UInt64 = 0) -> TraceTimeline {
        TraceTimeline(spans: spans, losses: losses, omitted: omitted, cpus: cpus, title: title)
    }

    /// A small build: a configuration, compilers of which one fails, a daemon that stays, and lost records.
    static func build() -> TraceTimeline {
        var build = SyntheticTimeline()
        let make = build.add("make", 0...9_000, line: "make -j4 all", shares: [2, 0, 0])
        let configure = build.add(
            "sh", below: make, 20...1_300, line: "sh ./configure --prefix=/usr", shares: [10, 2, 1])
        for number in 0..<41 as Range<UInt64> {
            build.add("sed", below: configure, 40 + number * 30...43 + number * 30, line: "sed -n s/a/b/p")
        }
        for number in 0..<8 as Range<UInt64> {
            let begin = 1_300 + number / 4 * 2_400 + number % 4 * 40
            let shell = build.add("sh", below: make, begin...begin + 2_300, line: "sh -c 'cc -c'", shares: [1, 0, 0])
            let name = "cc -O2 -c -o part\(number).o part\(number).c"
            build.add(
                "cc1", below: shell, begin + 10...begin + 2_200 - number * 20, line: name,
                exit: number == 5 ? .signal(11, coreDumped: true) : .code(0), shares: [55 + number, 20, 5, 10])
        }
        build.add("dd", below: make, 1_320...4_000, line: "dd if=/dev/zero of=big oflag=sync", shares: [5, 5, 80])
        build.add("ccache", 3_000...8_700, line: "ccache --daemon", shares: [1, 0, 0], isReparented: true)
        build.add("ld", below: make, 6_200...8_950, line: "ld -o program part*.o", shares: [40, 10, 30, 10])
        build.lose("17 records of CPU 2 lost", at: 5_200)
        return build.timeline()
    }

    /// A large load: shells that each started compilers, with a few different names and failures.
    static func many(_ count: Int, seed: UInt64 = 1) -> TraceTimeline {
        var random = SeededGenerator(seed: seed)
        var load = SyntheticTimeline()
        let make = load.add("make", 0...600_000, line: "make -j64 world", shares: [1, 0, 0])
        var begin: UInt64 = 0
        let step = 4 * 590_000 / UInt64(count)
        while load.spans.count + 4 <= count {
            begin = min(begin + UInt64.random(in: 0...2 * step, using: &random), 590_000)
            let length = UInt64.random(in: 20...3_000, using: &random)
            let shell = load.add("sh", below: make, begin...begin + length + 20, shares: [2, 1, 0])
            let file = "src/directory\(load.spans.count % 97)/file\(load.spans.count).c"
            let line = "/usr/bin/cc -O2 -g -Wall -Iinclude -c -o \(file).o \(file)"
            let compiler = load.add("cc", below: shell, begin + 2...begin + length, line: line)
            load.add(
                "cc1", below: compiler, begin + 4...begin + 4 + length / 2, line: line + " -quiet",
                exit: .code(UInt8(length % 50 == 0 ? 1 : 0)), shares: [60, length % 30, length % 7, length % 3])
            load.add(
                ["as", "collect2", "sed"][Int(length % 3)], below: compiler, begin + 3 + length / 2...begin + length - 1
            )
        }
        while load.spans.count < count { load.add("true", below: make, begin...begin + 1) }
        return load.timeline(title: "make -j64 world", cpus: 64)
    }
}
