import Glibc
import LinuxSystem

extension ChildProcess {
    /// Waits until its first thread blocks a signal, which it then takes from a queue.
    package borrowing func waitUntilBlocking(_ signal: Int32) throws {
        let pid = pid
        try wait(for: "pid \(pid) to block signal \(signal)") { try Self.blockedSignals(of: pid).contains(signal) }
    }

    private static func blockedSignals(of pid: pid_t) throws -> Set<Int32> {
        let status = try Descriptor.open("/proc/\(pid)/status").readText() ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("SigBlk:") } ?? ""
        guard let mask = UInt64(line.dropFirst("SigBlk:".count).drop { $0 == "\t" }, radix: 16) else {
            throw UnexpectedValue(status)
        }
        return Set((1...31).filter { mask & (1 << UInt64($0 - 1)) != 0 })
    }
}
