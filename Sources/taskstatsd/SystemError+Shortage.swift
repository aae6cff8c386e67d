import Glibc
import LinuxSystem

extension SystemError {
    /// Whether something was lacking of which there may be more later.
    var isShortage: Bool { [EMFILE, ENFILE, ENOMEM, ENOBUFS, ENOSPC].contains(errno) }
}
