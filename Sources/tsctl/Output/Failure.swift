/// Why a command cannot go on, in one line for people; tsctl then ends with status 1.
struct Failure: Error, Equatable {
    let message: String

    init(_ message: String) { self.message = message }
}
