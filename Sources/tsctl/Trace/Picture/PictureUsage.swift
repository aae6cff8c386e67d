import Taskstats

/// The resources that the processes of a row used, added up.
struct PictureUsage {
    private(set) var cpuTime: CPUTime?
    /// The waits that occurred, in the order of their kinds.
    private(set) var waits: [TraceWait] = []
    /// The largest peak of a process.
    private(set) var peakMemoryKiB: UInt64?
    private(set) var readBytes: UInt64?
    private(set) var writtenBytes: UInt64?

    /// Adds up the spans at these places.
    init(_ places: [Int], of timeline: TraceTimeline) {
        var times = [UInt64](repeating: 0, count: WaitKind.allCases.count)
        var counts = times
        for place in places {
            let details = timeline.spans[place].details
            if let time = details.cpuTime { cpuTime = (cpuTime ?? .zero) + time }
            for wait in details.waits {
                let kind = WaitKind.allCases.firstIndex(of: wait.kind) ?? 0
                times[kind] &+= wait.nanoseconds
                counts[kind] &+= wait.count
            }
            if let peak = details.peakMemoryKiB { peakMemoryKiB = max(peakMemoryKiB ?? 0, peak) }
            if let bytes = details.readBytes { readBytes = (readBytes ?? 0) &+ bytes }
            if let bytes = details.writtenBytes { writtenBytes = (writtenBytes ?? 0) &+ bytes }
        }
        for (index, kind) in WaitKind.allCases.enumerated() where times[index] > 0 || counts[index] > 0 {
            waits.append(TraceWait(kind: kind, nanoseconds: times[index], count: counts[index]))
        }
    }

    /// The numbers as lines: the name and the value.
    var lines: [(name: String, value: String)] {
        var lines: [(String, String)] = []
        if let cpuTime { lines.append(("CPU", CPUTimeText.withUnit(cpuTime))) }
        for wait in waits {
            let count = PictureText.count(wait.count, "wait", "waits")
            lines.append(("waits: \(wait.kind.title)", "\(PictureText.duration(wait.nanoseconds)) in \(count)"))
        }
        if let peakMemoryKiB { lines.append(("peak memory", DecimalText.bytes(peakMemoryKiB &* 1_024))) }
        if let readBytes, readBytes > 0 { lines.append(("read from disk", DecimalText.bytes(readBytes))) }
        if let writtenBytes, writtenBytes > 0 { lines.append(("written to disk", DecimalText.bytes(writtenBytes))) }
        return lines
    }
}
