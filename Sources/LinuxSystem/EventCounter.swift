import CLinux
import Glibc

/// An eventfd with which one thread wakes another; several signals before a wait count once.
package struct EventCounter: ~Copyable {
    private let counter: Descriptor

    /// Creates a counter without a signal.
    package init() throws(SystemError) { counter = try Descriptor(clinux_event_counter(), of: "eventfd") }

    /// The eventfd, readable after a signal until it is reset.
    package var descriptor: Int32 { counter.number }

    /// Wakes the current or next waiting thread; never blocks.
    package func signal() {
        let one: UInt64 = 1
        _ = unsafe withUnsafeBytes(of: one) { bytes in
            unsafe write(counter.number, bytes.baseAddress, bytes.count)
        }
    }

    /// Discards the signals so far.
    package func reset() {
        var count: UInt64 = 0
        _ = try? unsafe withUnsafeMutableBytes(of: &count) { (bytes) throws(SystemError) in
            try unsafe counter.read(into: bytes)
        }
    }

    /// Waits for a signal, indefinitely unless a time is given, and resets it; false on a timeout.
    @discardableResult
    package func waitAndReset(milliseconds: Int32 = -1) -> Bool {
        var entry = pollfd(fd: counter.number, events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&entry, 1, milliseconds) > 0 else { return false }
        reset()
        return true
    }

    /// Waits for a signal, the deadline or another descriptor, and resets the signal; returns whether the other
    /// descriptor is readable.
    @discardableResult
    package func waitAndReset(until deadline: ContinuousClock.Instant?, interruptedBy other: Int32? = nil) -> Bool {
        // poll ignores negative numbers.
        var entries = [
            pollfd(fd: counter.number, events: Int16(POLLIN), revents: 0),
            pollfd(fd: other ?? -1, events: Int16(POLLIN), revents: 0),
        ]
        let milliseconds = deadline.map { deadline in
            let (seconds, attoseconds) = (deadline - .now).components
            return max(0, Int32(clamping: seconds * 1_000 + attoseconds / 1_000_000_000_000_000 + 1))
        }
        _ = unsafe poll(&entries, 2, milliseconds ?? -1)
        reset()
        return entries[1].revents != 0
    }
}
