import Glibc
import LinuxSystem

extension Pipe {
    /// Writes a byte.
    package func write() { _ = unsafe Glibc.write(writing.number, [1], 1) }

    /// Reads a byte; throws when none comes in time.
    package func read() throws {
        try Deadline().wait(for: POLLIN, on: reading.number, "a byte in a pipe")
        var byte: UInt8 = 0
        _ = unsafe Glibc.read(reading.number, &byte, 1)
    }
}
