import CLinux
import Glibc
import LinuxSystem

/// Both ends of a pipe.
package struct Pipe: ~Copyable {
    /// The reading end.
    package let reading: Descriptor
    /// The writing end.
    package let writing: Descriptor

    /// Creates a pipe that no other program inherits.
    package init() throws(SystemError) {
        var ends: [Int32] = [-1, -1]
        guard unsafe clinux_pipe(&ends) == 0 else { throw .last("pipe") }
        let first = try Descriptor(ends[0], of: "pipe")
        let second = try Descriptor(ends[1], of: "pipe")
        reading = first
        writing = second
    }

    /// Writes a byte.
    package func write() { _ = unsafe Glibc.write(writing.number, [1], 1) }

    /// Reads a byte; throws when none comes in time.
    package func read() throws {
        try Deadline().wait(for: POLLIN, on: reading.number, "a byte in a pipe")
        var byte: UInt8 = 0
        _ = unsafe Glibc.read(reading.number, &byte, 1)
    }
}
