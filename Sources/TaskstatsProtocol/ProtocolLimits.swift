/// The version and the bounds of the wire protocol, as Protocol/README.md states them.
package enum ProtocolLimits {
    /// The version that `hello` tells.
    package static let version = "1.0"
    /// The longest line a client may send, without its newline.
    package static let requestBytes = 65_536
    /// The deepest nesting of a request.
    package static let requestDepth = 16
    /// The longest line the daemon sends, with its newline.
    package static let lineBytes = 65_536
    /// The longest string that may be the id of a request, in bytes.
    package static let requestIDBytes = 128
    /// The largest magnitude of an integer that may be the id of a request.
    package static let requestIDMagnitude: Int64 = 1 << 53
    /// How many bad lines in a row end a connection.
    package static let badLinesInARow = 8
    /// The entries that a list in `filter` may have.
    package static let filterListCount = 1_024
    /// The longest pattern for command names in `filter`, in bytes.
    package static let patternBytes = 256
    /// The characters of an error's text that are sent; the rest of a longer one is cut off.
    package static let textCharacters = 500
}
