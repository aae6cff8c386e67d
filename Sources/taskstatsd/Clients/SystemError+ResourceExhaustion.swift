import Glibc
import LinuxSystem

extension SystemError {
    /// Whether a resource was exhausted that may become available later.
    var isResourceExhaustion: Bool { [EMFILE, ENFILE, ENOMEM, ENOBUFS, ENOSPC].contains(errno) }
}
