import Taskstats

/// The labels and values of what tasks used, for a report.
struct UsageFacts {
    /// The time on CPUs, and its parts in user mode and in the kernel.
    let (cpuTime, user, system): (CPUTime?, CPUTime?, CPUTime?)
    /// The label of the peaks of memory, which do not add up.
    var memoryLabel = "memory"
    /// Returns a field for people; nil if it is unknown.
    let text: (Field) -> String?

    /// The lines, some without a value.
    var lines: [(label: String, value: String?)] {
        [
            ("CPU time", list([part(cpuTime), part(user, "user"), part(system, "system")])),
            (memoryLabel, list([part(.hiwaterRss, "peak resident"), part(.hiwaterVm, "peak virtual")])),
            ("page faults", list([part(.acMinflt, "minor"), part(.acMajflt, "major")])),
            ("reads", list([part(.readChar), part(.readSyscalls, "calls"), part(.readBytes, "from storage")])),
            (
                "writes",
                list([
                    part(.writeChar), part(.writeSyscalls, "calls"), part(.writeBytes, "to storage"),
                    part(.cancelledWriteBytes, "cancelled"),
                ])
            ),
            ("switches", list([part(.nvcsw, "voluntary"), part(.nivcsw, "involuntary")])),
        ]
    }

    private func part(_ time: CPUTime?, _ what: String = "") -> String? {
        time.map { Self.named(CPUTimeText.withUnit($0), what) }
    }

    private func part(_ field: Field, _ what: String = "") -> String? { text(field).map { Self.named($0, what) } }

    private static func named(_ text: String, _ what: String) -> String { what.isEmpty ? text : "\(text) \(what)" }

    private func list(_ items: [String?]) -> String? {
        let items = items.compactMap { $0 }
        return items.isEmpty ? nil : items.joined(separator: ", ")
    }
}
