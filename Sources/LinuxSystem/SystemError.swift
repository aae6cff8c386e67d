import CLinux
import Glibc

/// A system call that failed: which one, and why.
package struct SystemError: Error, Hashable {
    /// The call, as its manual page is called.
    package let call: String
    /// The error number.
    package let errno: Int32

    /// A failure with a known error number.
    package init(_ call: String, errno: Int32) {
        self.call = call
        self.errno = errno
    }

    /// The failure that the last system call of this thread left in errno.
    package static func last(_ call: String) -> SystemError { SystemError(call, errno: Glibc.errno) }

    /// The name of the error number: "EPERM".
    package var name: String { unsafe String(cString: clinux_error_name(errno)) }

    /// The text of the error number, for people: "Operation not permitted".
    package var text: String { unsafe String(cString: clinux_error_text(errno)) }
}

extension SystemError: CustomStringConvertible {
    /// The call, the text and the name of the error: "connect: No such file or directory (ENOENT)".
    package var description: String { "\(call): \(text) (\(name))" }
}
