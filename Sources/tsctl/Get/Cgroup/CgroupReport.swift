import CommandSupport
import Taskstats

/// The output of `get` for a cgroup of version 2, once or at intervals, as text or as JSON.
struct CgroupReport: ~Copyable {
    private let cgroup: Cgroup
    private let connection: TaskstatsConnection
    private let isJSON: Bool
    private let times: TimeFormat
    private var output = StandardOutput()

    init(_ cgroup: Cgroup, on connection: TaskstatsConnection, isJSON: Bool, times: TimeFormat) {
        self.cgroup = cgroup
        self.connection = connection
        self.isJSON = isJSON
        self.times = times
    }

    /// Shows the sums since the start of each process.
    mutating func showTotals() throws {
        let sample = try CgroupSampler(cgroup, on: connection).totals()
        DelayAccountingHint.printIfNeeded(connection.server, fields: CgroupSample.fields)
        if isJSON {
            output.line(sample.json(of: cgroup, server: connection.server))
        } else {
            let screen = CgroupSumsScreen(cgroup: cgroup, sample: sample, style: .forStandardOutput())
            for line in screen.lines { output.line(line) }
        }
        try output.flush()
    }

    /// Shows the rates in each interval until the limit; throws when the cgroup disappears.
    mutating func follow(every interval: DurationArgument, count: Int?, reconnector: Reconnector?) throws {
        let interruption = try Interruption.begin()
        let table = CgroupTable(style: .forStandardOutput(), width: Terminal.width, times: times)
        var sampler = CgroupSampler(cgroup, on: connection)
        do {
            let first = try sampler.changes(interruptedBy: interruption.descriptor)
            DelayAccountingHint.printIfNeeded(connection.server, fields: CgroupSample.fields)
            if !isJSON { output.line(table.heading) }
            var timer = IntervalTimer(interval, from: first.begin)
            for index in 0..<(count ?? .max) {
                try output.flush(interruptedBy: interruption.descriptor)
                try timer.wait(interruptedBy: interruption.descriptor)
                let sample = try next(&sampler, reconnector, interruptedBy: interruption.descriptor)
                if isJSON {
                    output.line(sample.json(of: cgroup, server: connection.server))
                } else {
                    if index == 0 { reportMissing(sample) }
                    output.line(table.row(sample))
                }
            }
            try output.flush(interruptedBy: interruption.descriptor)
        } catch StandardOutput.Stop.interrupted {
            if interruption.cause() == .signal {
                interruption.end()
                Console.endLineOfTerminal()
            }
        } catch let failure as Failure {
            // The intervals before the cgroup disappeared.
            try output.flush(interruptedBy: interruption.descriptor)
            throw failure
        }
    }

    private mutating func next(
        _ sampler: inout CgroupSampler, _ reconnector: Reconnector?, interruptedBy descriptor: Int32
    ) throws -> CgroupSample {
        while true {
            do {
                return try sampler.changes(interruptedBy: descriptor)
            } catch let error as TaskstatsError {
                guard let reconnector else { throw error }
                let gap = try reconnector.gap(of: connection, after: error, interruptedBy: descriptor)
                if isJSON { output.line(gap.json) } else { Console.print(gap.textOfIntervals) }
            }
        }
    }

    /// Reports what the first interval lacks; its successors lack the same, except for processes that come and go.
    private func reportMissing(_ sample: CgroupSample) {
        for (count, text) in sample.missing.reasons {
            Console.print("not included: \(count) \(count == 1 ? "process" : "processes") \(text)")
        }
        sample.usage.omitted.notes(("process", "processes")).forEach(Console.print)
    }
}
