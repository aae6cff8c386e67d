import CLinux
import Glibc
import LinuxSystem

/// An event that one thread signals and another waits for; several signals before a wait count once.
final class Signal: Sendable {
    private let reading: Descriptor
    private let writing: Descriptor

    init() throws(SystemError) {
        var ends: [Int32] = [-1, -1]
        guard unsafe clinux_pipe(&ends) == 0 else { throw .last("pipe") }
        let first = try Descriptor(ends[0], of: "pipe")
        let second = try Descriptor(ends[1], of: "pipe")
        for number in ends { _ = fcntl(number, F_SETFL, O_NONBLOCK) }
        reading = first
        writing = second
    }

    /// The descriptor that is readable while the event is signalled.
    var descriptor: Int32 { reading.number }

    /// Signals the event; a full pipe is signalled already.
    func raise() { _ = unsafe write(writing.number, [1], 1) }

    /// Waits for the event, the deadline or the other descriptor, and resets the event; returns whether the other is
    /// readable.
    @discardableResult
    func wait(until deadline: ContinuousClock.Instant?, interruptedBy other: Int32? = nil) -> Bool {
        // poll ignores negative numbers.
        var descriptors = [
            pollfd(fd: reading.number, events: Int16(POLLIN), revents: 0),
            pollfd(fd: other ?? -1, events: Int16(POLLIN), revents: 0),
        ]
        var milliseconds: Int32 = -1
        if let deadline {
            let rest = (deadline - .now).components
            milliseconds = max(0, Int32(clamping: rest.seconds * 1_000 + rest.attoseconds / 1_000_000_000_000_000 + 1))
        }
        _ = unsafe poll(&descriptors, 2, milliseconds)
        clear()
        return descriptors[1].revents != 0
    }

    /// Resets the event.
    func clear() {
        var bytes = (UInt64(0), UInt64(0))
        while unsafe read(reading.number, &bytes, MemoryLayout.size(ofValue: bytes)) > 0 {}
    }
}
