import Glibc
import LinuxSystem

/// What the kernel tells of the machine as a whole.
struct SystemFigures: Equatable {
    /// The time that tasks were held up by a shortage, in microseconds since boot.
    struct Pressure: Equatable {
        /// Some task was.
        var some: UInt64?
        /// All tasks that had something to do were, so that nothing got on.
        var full: UInt64?

        /// Reads a file of /proc/pressure.
        init(parsing text: String) {
            for line in text.split(separator: "\n") {
                let words = line.split(separator: " ")
                let total = words.last { $0.hasPrefix("total=") }.flatMap { UInt64($0.dropFirst(6)) }
                switch words.first {
                case "some": some = total
                case "full": full = total
                default: break
                }
            }
        }

        init(some: UInt64? = nil, full: UInt64? = nil) {
            self.some = some
            self.full = full
        }

        /// How much was added since earlier.
        func since(_ earlier: Pressure) -> Pressure {
            func difference(_ now: UInt64?, _ before: UInt64?) -> UInt64? {
                guard let now, let before else { return nil }
                return now >= before ? now - before : 0
            }
            return Pressure(some: difference(some, earlier.some), full: difference(full, earlier.full))
        }
    }

    /// The resources that pressure is told of.
    enum Resource: String, CaseIterable { case cpu, io, memory, irq }

    /// Pressure, where the kernel tells it.
    var pressure: [Resource: Pressure] = [:]
    /// The load averages, as the kernel writes them; empty where it does not.
    var load: [String] = []
    /// Tasks that can run.
    var running: Int?
    /// Tasks in all.
    var tasks: Int?

    /// Reads what is there now.
    static func now() -> SystemFigures {
        var figures = SystemFigures()
        for resource in Resource.allCases {
            // Without CONFIG_PSI there is no file; switched off, it cannot be read.
            guard let text = try? Descriptor.open("/proc/pressure/\(resource.rawValue)").readText() else { continue }
            figures.pressure[resource] = Pressure(parsing: text)
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

    /// The same with pressure since earlier.
    func since(_ earlier: SystemFigures) -> SystemFigures {
        var difference = self
        difference.pressure = pressure.reduce(into: [:]) { result, entry in
            if let before = earlier.pressure[entry.key] { result[entry.key] = entry.value.since(before) }
        }
        return difference
    }
}
