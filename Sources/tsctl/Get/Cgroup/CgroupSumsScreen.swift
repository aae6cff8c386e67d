import CommandSupport
import Taskstats

/// The report of the sums over a cgroup, without the values that the kernel did not count.
struct CgroupSumsScreen {
    let cgroup: Cgroup
    let sample: CgroupSample
    let style: Style

    /// All lines.
    var lines: [String] {
        let sections = [
            Table.facts(identity), headed(DelayTable.lines(sample.usage.stats)), Table.facts(usage), headed(pressure),
            Table.facts(notes.map { ("note", $0) }),
        ]
        return Array(sections.filter { !$0.isEmpty }.joined(separator: [""]))
    }

    private func headed(_ lines: [String]) -> [String] {
        guard let title = lines.first else { return [] }
        return [style.heading(title)] + lines.dropFirst()
    }

    private static func count(_ count: Int, _ one: String, _ many: String) -> String {
        "\(count) \(count == 1 ? one : many)"
    }

    // MARK: Sections

    private var identity: [(label: String, value: String?)] {
        let (processes, threads) = (Int(sample.usage.processes), Int(sample.usage.tasks))
        return [
            ("cgroup", style.heading(PrintableText.of(cgroup.path))),
            ("cgroups below", sample.cgroups > 1 ? "\(sample.cgroups - 1)" : nil),
            (
                "counted",
                Self.count(processes, "process", "processes")
                    + (threads == processes ? "" : ", " + Self.count(threads, "thread", "threads"))
            ),
        ] + missing.map { ("not counted", style.failure($0)) }
    }

    /// The processes and cgroups that the sums do not include.
    private var missing: [String] {
        let processes = sample.missing.reasons.map { Self.count($0.count, "process", "processes") + " " + $0.text }
        guard sample.unreadableCgroups > 0 else { return processes }
        return processes
            + ["the processes of \(Self.count(sample.unreadableCgroups, "cgroup", "cgroups")), which cannot be read"]
    }

    private var usage: [(label: String, value: String?)] {
        let usage = sample.usage
        guard usage.processes > 0 else { return [] }
        return UsageFacts(
            cpuTime: usage.cpuTime, user: usage.userTime, system: usage.systemTime, memoryLabel: "largest process",
            text: text
        ).lines
    }

    /// Formats a field.
    private func text(_ field: Field) -> String? {
        let stats = sample.usage.stats
        guard let value = stats[field] else { return nil }
        guard field.group == .io else { return FieldText.of(field, in: stats) }
        if field == .cancelledWriteBytes, value == 0 { return nil }
        return IOCountText.sum(value, of: field, tasks: sample.usage.tasks)
    }

    private var pressure: [String] {
        let windows = PressureReport.Window.allCases
        let names: [SystemFigures.Resource: String] = [.cpu: "CPU", .io: "I/O", .memory: "memory"]
        var rows: [[String]] = []
        for resource in CgroupSample.resources {
            guard let report = sample.pressure[resource]?.report else { continue }
            for (kind, stall) in [("some", report.some), ("full", report.full)] {
                guard let stall else { continue }
                let total = DecimalText.shortMilliseconds(
                    nanoseconds: Nanoseconds.of(microseconds: stall.totalMicroseconds))
                rows.append(
                    ["\(names[resource] ?? resource.rawValue), \(kind)"]
                        + windows.map { stall.percent($0).map { $0 + " %" } ?? "-" } + [total])
            }
        }
        guard !rows.isEmpty else { return [] }
        let columns =
            [Column(title: "pressure", alignment: .left, width: Table.factColumn - 2)]
            + windows.map { Column(title: "\($0.rawValue) s", alignment: .right, width: 9) }
            + [Column(title: "total ms", alignment: .right, width: 11)]
        return Table.lines(rows, columns)
    }

    private var notes: [String] {
        var notes = sample.usage.omitted.notes(("process", "processes"))
        if sample.lackingThreads > 0 {
            notes.append(
                "I/O, page faults and longest waits of "
                    + "\(Self.count(sample.lackingThreads, "process", "processes")) may be without those of ended threads"
            )
        }
        if let problem = sample.problem { notes.append("a query failed: \(PrintableText.of(problem))") }
        if sample.pressure.isEmpty { notes.append("the pressure of this cgroup cannot be read") }
        return notes
    }
}
