import Glibc
import LinuxSystem

/// The kernel's figures of the whole system.
struct SystemFigures: Equatable {
    /// The time that tasks were stalled by a lack of a resource, in microseconds since boot.
    struct Pressure: Equatable {
        /// The time that some task was stalled.
        var some: UInt64?
        /// The time that all non-idle tasks were stalled.
        var full: UInt64?

        init(_ report: PressureReport) {
            self.init(some: report.some?.totalMicroseconds, full: report.full?.totalMicroseconds)
        }

        init(some: UInt64? = nil, full: UInt64? = nil) {
            self.some = some
            self.full = full
        }

        /// Returns the increase since an earlier value.
        func since(_ earlier: Pressure) -> Pressure {
            func difference(_ now: UInt64?, _ before: UInt64?) -> UInt64? {
                guard let now, let before else { return nil }
                return now >= before ? now - before : 0
            }
            return Pressure(some: difference(some, earlier.some), full: difference(full, earlier.full))
        }
    }

    /// The resources with pressure figures.
    enum Resource: String, CaseIterable { case cpu, io, memory, irq }

    /// The pressure, if the kernel reports it.
    var pressure: [Resource: Pressure] = [:]
    /// The load averages as text; empty if there are none.
    var load: [String] = []
    /// The number of runnable tasks.
    var running: Int?
    /// The number of tasks.
    var tasks: Int?

    /// Reads the current figures.
    static func now() -> SystemFigures {
        var figures = SystemFigures()
        for resource in Resource.allCases {
            guard let report = PressureReport.read("/proc/pressure/\(resource.rawValue)") else { continue }
            figures.pressure[resource] = Pressure(report)
        }
        if let text = try? Descriptor.open("/proc/loadavg").readText() { figures.read(load: text) }
        return figures
    }

    mutating func read(load text: String) {
        let words = text.split(separator: " ")
        guard words.count >= 4 else { return }
        load = words.prefix(3).map(String.init)
        let counts = words[3].split(separator: "/")
        running = counts.first.flatMap { Int($0) }
        tasks = counts.last.flatMap { Int($0) }
    }

    /// Returns the figures with the pressure since an earlier value.
    func since(_ earlier: SystemFigures) -> SystemFigures {
        var difference = self
        difference.pressure = pressure.reduce(into: [:]) { result, entry in
            if let before = earlier.pressure[entry.key] { result[entry.key] = entry.value.since(before) }
        }
        return difference
    }
}
