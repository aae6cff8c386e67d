import CLinux

/// Gives memory back to the kernel that queues have taken up and need no more.
///
/// What is freed in pieces stays with the process, as some piece is always in use. So a second after the queues have shrunk
/// to a small part of what they were the allocator is told to look for whole pages; it takes a millisecond or two, and so
/// is not done for little.
struct FreedMemory {
    private var most = 0
    /// When memory is given back; nil when there is none worth it.
    private(set) var dueAt: UInt64?

    private static let leastBytes = 4 << 20
    private static let delayNanoseconds: UInt64 = 1_000_000_000

    /// So many bytes wait for clients now, and so many did at some time since this was last said.
    mutating func note(waiting: Int, most sinceLast: Int, now: @autoclosure () -> UInt64) {
        most = max(most, sinceLast)
        if dueAt == nil, most >= Self.leastBytes, waiting < most / 4 { dueAt = now() + Self.delayNanoseconds }
    }

    /// Gives memory back when it is time.
    mutating func giveBack(now: @autoclosure () -> UInt64) {
        guard let due = dueAt, due <= now() else { return }
        dueAt = nil
        most = 0
        clinux_trim_memory()
    }
}
