import CLinux
import Glibc

/// An eventfd with which one thread wakes another.
package struct EventCounter: ~Copyable {
    /// The eventfd, readable after a signal until it is reset.
    package let descriptor: Descriptor

    /// Creates a counter without a signal.
    package init() throws(SystemError) { descriptor = try Descriptor(clinux_event_counter(), of: "eventfd") }

    /// Wakes the current or next waiting thread; never blocks.
    package func signal() {
        let one: UInt64 = 1
        _ = unsafe withUnsafeBytes(of: one) { bytes in
            unsafe write(descriptor.number, bytes.baseAddress, bytes.count)
        }
    }

    /// Discards the signals so far.
    package func reset() {
        _ = try? unsafe withUnsafeTemporaryAllocation(byteCount: 8, alignment: 8) { (count) throws(SystemError) in
            try unsafe descriptor.read(into: count)
        }
    }

    /// Waits for a signal, indefinitely unless a time is given, and resets it; false on a timeout.
    @discardableResult
    package func waitAndReset(milliseconds: Int32 = -1) -> Bool {
        var entry = pollfd(fd: descriptor.number, events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&entry, 1, milliseconds) > 0 else { return false }
        reset()
        return true
    }
}
