import Taskstats
import TaskstatsProtocol

extension Usage {
    /// Writes the CPU times with their bounds.
    func writeCPUTimes(to writer: inout JSONWriter) {
        if let cpuTime { writer.field("cpu_time_ns", cpuTime) }
        if let userTime { writer.field("user_time_ns", userTime) }
        if let systemTime { writer.field("system_time_ns", systemTime) }
    }
}

extension OmittedWaits {
    /// Writes the numbers of missing waits.
    func write(to writer: inout JSONWriter) {
        writer.key("implausible")
        writer.object { writer in
            writer.field("waits", implausible)
            writer.field("tasks", tasks)
        }
        writer.field("uncounted_tasks", uncounted)
    }
}

extension JSONWriter {
    /// Writes the bounds of a CPU time, in nanoseconds.
    mutating func field(_ name: String, _ time: CPUTime) {
        key(name)
        object { writer in
            writer.field("lower", time.lowerNanoseconds)
            writer.field("upper", time.upperNanoseconds)
        }
    }
}

extension JSONWriter {
    /// The name of a command, and its bytes beside it when it is not UTF-8.
    mutating func memberCommand(_ name: [UInt8]) {
        field("command", String(decoding: name, as: UTF8.self))
        guard String(validating: name, as: UTF8.self) == nil else { return }
        field("command_hex", name.map { ($0 < 0x10 ? "0" : "") + String($0, radix: 16) }.joined())
    }
}
