import Glibc

/// The environment variables.
package enum Environment {
    /// The value of a variable; nil if it is unset or empty.
    package static subscript(name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        return unsafe value.pointee == 0 ? nil : String(cString: value)
    }
}
