import CommandSupport
import Taskstats

extension Field {
    /// Returns the kernel's name with the unit of the raw number, as in "ac_etime_us".
    func csvName(_ times: TimeFormat) -> String {
        if times != .screen, isTime { return name }
        let suffix =
            switch unit {
            case .none, .count, .userID, .groupID, .processID: ""
            case .nanoseconds, .epochNanoseconds: "_ns"
            case .microseconds: "_us"
            case .epochSeconds: "_s"
            case .bytes: "_bytes"
            case .kibibytes: "_kib"
            case .mebibyteMicroseconds: "_mib_us"
            }
        return name.hasSuffix(suffix) ? name : name + suffix
    }

    /// Returns the raw value; nil if the record lacks it.
    func csvValue(in record: TaskRecord, _ times: TimeFormat) -> String? {
        if self == .acNice { return record.niceness.map { "\($0)" } }
        switch kind {
        // A process chooses its own name, and CSV can be shown on a terminal.
        case .command: return record.commandBytes.map { CSV.cell(ofName: PrintableText.of(name: $0)) }
        case .device: return record.executableDevice.map { "\($0.major):\($0.minor)" }
        default: break
        }
        guard let value = record[self] else { return nil }
        guard times != .screen, isTime else { return "\(value)" }
        return unit == .epochSeconds
            ? times.dateAndTime(seconds: value) : times.rfc3339(nanoseconds: value, decimals: 9)
    }

    private var isTime: Bool { unit == .epochSeconds || unit == .epochNanoseconds }
}

extension TimeFormat {
    /// The name of a column of times, with the unit of raw ones.
    var csvName: String { self == .screen ? "time_ns" : "time" }

    /// Returns a time for such a column.
    func csvValue(nanoseconds: UInt64) -> String {
        self == .screen ? "\(nanoseconds)" : rfc3339(nanoseconds: nanoseconds, decimals: 9)
    }
}

extension CSV {
    /// The names of the values that `values(of:)` returns for CPU time.
    static let cpuTimeNames = ["cpu_time_lower_ns", "cpu_time_upper_ns"]

    /// Returns the bounds of a CPU time.
    static func values(of time: CPUTime?) -> [String?] {
        [time.map { "\($0.lowerNanoseconds)" }, time.map { "\($0.upperNanoseconds)" }]
    }

    /// The names of the values that `values(of:)` returns for an exit.
    static let exitNames = ["exit_code", "exit_signal", "core_dumped"]

    /// Returns the exit status of a task.
    static func values(of exit: ExitStatus?) -> [String?] {
        switch exit {
        case .code(let code): ["\(code)", nil, nil]
        case .signal(let signal, let coreDumped): [nil, SignalName.of(signal), "\(coreDumped)"]
        case nil: [nil, nil, nil]
        }
    }
}

/// Comma-separated values as RFC 4180 defines them.
enum CSV {
    /// Returns a line without its line feed; unknown values are empty.
    static func line(_ values: [String?]) -> String {
        values.map { $0.map(quoted) ?? "" }.joined(separator: ",") + "\r"
    }

    /// Returns the printable name of a process as a cell; a spreadsheet would execute text that begins with one of
    /// these characters as a formula.
    static func cell(ofName text: String) -> String {
        guard let first = text.utf8.first, "=+-@".utf8.contains(first) else { return text }
        return "\\x" + String(first, radix: 16) + text.dropFirst()
    }

    private static func quoted(_ text: String) -> String {
        guard text.utf8.contains(where: { [UInt8(ascii: ","), UInt8(ascii: "\""), 10, 13].contains($0) }) else {
            return text
        }
        return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}
