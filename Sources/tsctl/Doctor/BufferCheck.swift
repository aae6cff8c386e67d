import Taskstats

/// A check of the size of the daemon's receive buffers.
struct BufferCheck: Check {
    /// The counters while this process was subscribed; nil if no daemon answered.
    let status: DaemonStatus?
    /// The kernel's limit for unprivileged programs, in bytes.
    let systemLimit: UInt64?

    var finding: Finding {
        guard let status else { return .unknown(Self.name, "no daemon answers") }
        guard let daemon = status.daemon else {
            return .unknown(Self.name, "only users who see every process see the counters")
        }
        let sizes = daemon.cpus.map(\.receiveBufferBytes).filter { $0 > 0 }
        guard let smallest = sizes.min(), let largest = sizes.max() else {
            return .unknown(Self.name, "no CPU is registered")
        }
        let size = smallest == largest ? bytes(smallest) : "\(bytes(smallest)) to \(bytes(largest))"
        let lost = daemon.cpus.reduce(0) { $0 &+ $1.lost }
        let received = daemon.cpus.reduce(0) { $0 &+ $1.received }
        let limit = systemLimit.map { "net.core.rmem_max (\(DecimalText.bytes($0))) does not limit it; " } ?? ""
        let text = "\(size) for each CPU; \(limit)none of \(received) records lost"
        guard lost > 0 else { return .ok(Self.name, text) }
        let losing = daemon.cpus.filter { $0.lost > 0 }.map { "\($0.cpu)" }.joined(separator: ",")
        return .warning(
            Self.name, "\(size) for each CPU; \(lost) of \(lost &+ received) records lost, on CPU \(losing)",
            fix: "sudo taskstatsd --receive-buffer \(largest * 2) --receive-buffer-max \(largest * 8)")
    }

    private static let name = "receive buffers"

    private func bytes(_ count: Int) -> String { DecimalText.bytes(UInt64(max(0, count))) }
}
