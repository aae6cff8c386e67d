import LinuxSystem

/// A reason why a file cannot be written.
package enum OutputProblem: Error {
    case system(SystemError)
    /// A rule forbids it.
    case refused(String)
    /// It exists and may not be overwritten.
    case exists
    /// It was replaced while it was opened.
    case changed

    package func failure(writing path: String) -> Failure {
        switch self {
        case .system(let error): Failure("cannot write \(path): \(error.text)")
        case .refused(let reason): Failure("cannot write \(path): \(reason)")
        case .exists: Failure("\(path) exists; choose another name, or overwrite it with --force")
        case .changed: Failure("cannot write \(path): another process replaced it at the same time (try again)")
        }
    }
}
