import Glibc
import LinuxSystem

extension Pipe {
    /// Writes a byte.
    package func write() { _ = unsafe Glibc.write(writing.number, [1], 1) }

    /// Reads a byte.
    package func read() {
        var byte: UInt8 = 0
        _ = unsafe Glibc.read(reading.number, &byte, 1)
    }
}
