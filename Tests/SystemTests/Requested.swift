import Glibc

/// What whoever started the tests wishes, beyond what they do by themselves.
enum Requested {
    /// What is tested was built with a sanitizer, which takes time and memory of its own: figures say nothing.
    static let isSanitized = number("TASKSTATS_SANITIZED") != nil

    /// A number in the environment.
    static func number(_ name: String) -> Int? {
        unsafe getenv(name).flatMap { unsafe Int(String(cString: $0)) }
    }
}
