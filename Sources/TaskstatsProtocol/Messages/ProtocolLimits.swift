/// The version and the limits of the protocol, as stated in Protocol/README.md.
package enum ProtocolLimits {
    /// The version in `hello`.
    package static let version = "1.1"
    /// The maximum length of a client's line, without its newline.
    package static let requestBytes = 8_192
    /// The maximum nesting depth of a request.
    package static let requestDepth = 16
    /// The maximum number of keys of a request, in all of its objects together.
    package static let requestKeys = 64
    /// The maximum number of commas of a request, which separate keys and list elements.
    package static let requestCommas = 448
    /// The maximum number of parts of a list of CPUs.
    package static let cpuListParts = 256
    /// The maximum length of the daemon's lines, with their newline.
    package static let lineBytes = 65_536
    /// The maximum length of a string id of a request, in bytes.
    package static let requestIDBytes = 128
    /// The maximum magnitude of an integer id of a request.
    package static let requestIDMagnitude: Int64 = 1 << 53
    /// The number of bad lines in a row that ends a connection.
    package static let badLinesInARow = 8
    /// The maximum number of ids in all lists of `filter` together.
    package static let filterIDs = 256
    /// The maximum length of an instance in `since`, in bytes.
    package static let instanceBytes = 128
    /// The maximum length of a command name pattern in `filter`, in bytes.
    package static let patternBytes = 256
    /// The maximum number of command name patterns in `filter`.
    package static let filterPatterns = 16
    /// The maximum length of a cgroup path, in bytes.
    package static let cgroupPathBytes = 4_095
    /// The maximum number of components of a cgroup path.
    package static let cgroupPathComponents = 64
    /// The maximum length of an error's text in characters; a longer text is truncated.
    package static let textCharacters = 500
}
