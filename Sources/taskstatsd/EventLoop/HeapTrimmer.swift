import CLinux

/// Returns freed queue memory to the kernel.
///
/// The allocator keeps fragmented pages, as some piece of them is usually in use. So one second after the queues have
/// shrunk to a small part of their size, the allocator is asked to release whole pages. This takes a millisecond or
/// two, so it is not done for small amounts.
struct HeapTrimmer {
    private var most = 0
    /// When memory is returned; nil when there is too little.
    private(set) var dueAt: UInt64?

    private static let leastBytes = 4 << 20
    private static let delayNanoseconds: UInt64 = 1_000_000_000

    /// Records the bytes queued for clients now, and their peak since the last call.
    mutating func note(waiting: Int, most sinceLast: Int, now: @autoclosure () -> UInt64) {
        most = max(most, sinceLast)
        if dueAt == nil, most >= Self.leastBytes, waiting < most / 4 { dueAt = now() + Self.delayNanoseconds }
    }

    /// Returns memory to the kernel if it is due.
    mutating func giveBack(now: @autoclosure () -> UInt64) {
        guard let due = dueAt, due <= now() else { return }
        dueAt = nil
        most = 0
        clinux_trim_memory()
    }
}
