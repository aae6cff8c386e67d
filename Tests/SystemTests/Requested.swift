import Glibc

/// What whoever started the tests wishes, beyond what they do by themselves.
enum Requested {
    /// A number in the environment.
    static func number(_ name: String) -> Int? {
        unsafe getenv(name).flatMap { unsafe Int(String(cString: $0)) }
    }
}
