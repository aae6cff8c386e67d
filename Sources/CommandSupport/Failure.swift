/// An error that ends a command with status 1, as one line for people.
package struct Failure: Error, Equatable {
    package let message: String

    package init(_ message: String) { self.message = message }
}
