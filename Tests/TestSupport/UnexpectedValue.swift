/// A value of another kind than a test needs to go on.
package struct UnexpectedValue: Error, CustomStringConvertible {
    package let description: String

    package init<Value>(_ value: Value) { description = "unexpected: \(value)" }
}
