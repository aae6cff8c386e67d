import LinuxSystem

/// The time that tasks were stalled by a lack of a resource, as a file of /proc/pressure or of a cgroup reports it.
struct PressureReport: Equatable {
    /// A period over which the kernel averages.
    enum Window: Int, CaseIterable {
        case tenSeconds = 10
        case minute = 60
        case fiveMinutes = 300

        /// The kernel's name: "avg10".
        var name: String { "avg\(rawValue)" }
    }

    /// The stalls of some task, or of all non-idle tasks.
    struct Stall: Equatable {
        /// The share of each period, in hundredths of a percent.
        var shares: [Window: UInt64] = [:]
        /// The total, in microseconds.
        var totalMicroseconds: UInt64

        /// Formats a share in percent, as the kernel writes it: "0.25".
        func percent(_ window: Window) -> String? {
            shares[window].map { "\($0 / 100)." + String(100 + $0 % 100).dropFirst() }
        }
    }

    /// The stalls of some task.
    var some: Stall?
    /// The stalls of all non-idle tasks.
    var full: Stall?

    /// Parses a file.
    init(parsing text: String) {
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            switch words.first {
            case "some": some = Stall(parsing: words.dropFirst())
            case "full": full = Stall(parsing: words.dropFirst())
            default: break
            }
        }
    }

    /// Reads a file; nil if there is none, as without CONFIG_PSI, or if it cannot be read, as while PSI is disabled.
    static func read(_ path: String) -> PressureReport? {
        (try? Descriptor.open(path).readText()).flatMap { $0 }.map(PressureReport.init)
    }
}

extension PressureReport.Stall {
    /// Parses words like avg10=0.25 and total=17; nil without a total.
    fileprivate init?(parsing words: ArraySlice<Substring>) {
        var values: [Substring: Substring] = [:]
        for word in words {
            let parts = word.split(separator: "=", maxSplits: 1)
            if parts.count == 2 { values[parts[0]] = parts[1] }
        }
        guard let total = values["total"].flatMap({ UInt64($0) }) else { return nil }
        totalMicroseconds = total
        for window in PressureReport.Window.allCases {
            let parts = values[window.name[...]]?.split(separator: ".") ?? []
            guard parts.count == 2, parts[1].utf8.count == 2, let whole = UInt64(parts[0]), whole <= 100,
                let hundredths = UInt64(parts[1])
            else { continue }
            shares[window] = whole * 100 + hundredths
        }
    }
}
