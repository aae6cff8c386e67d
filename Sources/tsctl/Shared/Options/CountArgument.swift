import ArgumentParser

/// A number of things in an option such as `--count` or `--limit`.
enum CountArgument {
    /// Parses an integer of at least 1.
    static func parse(_ text: String) throws(ValidationError) -> Int {
        guard let number = Int(text), number >= 1 else { throw ValidationError("must be an integer of at least 1") }
        return number
    }
}
