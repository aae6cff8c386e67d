import Glibc

/// Options of the person who runs the tests.
enum Requested {
    /// Whether the build has a sanitizer, which uses time and memory of its own, so that measurements mean nothing.
    static let isSanitized = number("TASKSTATS_SANITIZED") != nil

    /// Returns a number from the environment.
    static func number(_ name: String) -> Int? {
        unsafe getenv(name).flatMap { unsafe Int(String(cString: $0)) }
    }
}
