import CLinux
import Glibc

/// A failed system call and its error.
package struct SystemError: Error, Hashable {
    /// The name of the call's manual page.
    package let call: String
    /// The error number.
    package let errno: Int32

    /// Creates a failure with a known error number.
    package init(_ call: String, errno: Int32) {
        self.call = call
        self.errno = errno
    }

    /// Returns the failure of this thread's last system call, from errno.
    package static func last(_ call: String) -> SystemError { SystemError(call, errno: Glibc.errno) }

    /// Whether a resource was exhausted that may become available later.
    package var isResourceExhaustion: Bool { [EMFILE, ENFILE, ENOMEM, ENOBUFS, ENOSPC].contains(errno) }

    /// The name of the error number: "EPERM".
    package var name: String { unsafe String(cString: clinux_error_name(errno)) }

    /// The text of the error number, for people: "Operation not permitted".
    package var text: String { unsafe String(cString: clinux_error_text(errno)) }
}

extension SystemError: CustomStringConvertible {
    /// The call, the text and the name of the error: "connect: No such file or directory (ENOENT)".
    package var description: String { "\(call): \(text) (\(name))" }
}
