import CLinux
import Glibc
import LinuxSystem

/// Something that one thread gives and another waits for; given twice before it is taken it counts once.
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

    /// What is readable while it is given.
    var descriptor: Int32 { reading.number }

    /// Gives it.
    ///
    /// A pipe that is full says so already.
    func give() { _ = unsafe write(writing.number, [1], 1) }

    /// Waits until it is given, or until then, and takes it.
    func wait(until deadline: ContinuousClock.Instant?) {
        var descriptor = pollfd(fd: reading.number, events: Int16(POLLIN), revents: 0)
        var milliseconds: Int32 = -1
        if let deadline {
            let rest = (deadline - .now).components
            milliseconds = max(0, Int32(clamping: rest.seconds * 1_000 + rest.attoseconds / 1_000_000_000_000_000 + 1))
        }
        _ = unsafe poll(&descriptor, 1, milliseconds)
        take()
    }

    /// Takes it, whether it is given or not.
    func take() {
        var bytes = (UInt64(0), UInt64(0))
        while unsafe read(reading.number, &bytes, MemoryLayout.size(ofValue: bytes)) > 0 {}
    }
}
