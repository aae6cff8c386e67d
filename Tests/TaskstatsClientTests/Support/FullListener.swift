import Glibc
import LinuxSystem
import TestSupport

/// A socket on which something listens that takes no connections, and that has no room for any more.
final class FullListener {
    private let directory: TemporaryDirectory
    private let listener: Descriptor
    private let waiting: Descriptor

    init() throws {
        directory = try TemporaryDirectory()
        listener = try UnixSocket.bind(to: directory.file("socket"))
        guard listen(listener.number, 0) == 0 else { throw SystemError.last("listen") }
        // The kernel has room for one more than was asked for.
        waiting = try UnixSocket.connectNow(to: directory.file("socket"))
    }

    /// Where it listens.
    var path: String { directory.file("socket") }
}
