import Glibc

/// Options of the person who runs the tests.
enum Requested {
    /// Whether the build has a sanitizer, which uses time and memory of its own, so that measurements mean nothing.
    static let isSanitized = number("TASKSTATS_SANITIZED") != nil

    /// The limit for a program that a test runs to its end: hours when the person requests many rounds.
    static let patience: Duration =
        ["REUSES", "FLIPS", "MISUSE_LENGTH", "MUTATIONS", "KILLS", "LINGER"]
            .contains { number("TASKSTATS_\($0)") != nil } ? .seconds(86_400) : .seconds(600)

    /// Returns a number from the environment.
    static func number(_ name: String) -> Int? {
        unsafe getenv(name).flatMap { unsafe Int(String(cString: $0)) }
    }
}
