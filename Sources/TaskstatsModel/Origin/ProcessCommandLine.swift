/// The arguments of a program, as the kernel shows them in /proc/PID/cmdline.
///
/// A process can change its own arguments, and some use them as a title; then they are what the process wrote.
public struct ProcessCommandLine: Hashable, Sendable {
    /// The arguments as bytes, of which the first names the program.
    public let argumentBytes: [[UInt8]]
    /// Whether arguments, or the end of the last one, are missing because of ``byteLimit``.
    public let isTruncated: Bool

    /// The maximum length of all arguments together, with a terminator for each.
    public static let byteLimit = 4_096

    /// Creates a command line.
    public init(_ arguments: [String], isTruncated: Bool = false) {
        self.init(argumentBytes: arguments.map { Array($0.utf8) }, isTruncated: isTruncated)
    }

    /// Creates a command line from bytes.
    public init(argumentBytes: [[UInt8]], isTruncated: Bool = false) {
        self.argumentBytes = argumentBytes
        self.isTruncated = isTruncated
    }

    /// Parses the contents of /proc/PID/cmdline; nil when there are none.
    ///
    /// Each argument ends with a NUL byte, except that a process which writes its title may omit the last.
    package init?(kernelText text: some Collection<UInt8>) {
        guard !text.isEmpty else { return nil }
        let isTruncated = text.count > Self.byteLimit
        var parts = text.prefix(Self.byteLimit).split(separator: 0, omittingEmptySubsequences: false)
        // What follows the last terminator is nothing, or an argument without one.
        if parts.last?.isEmpty ?? false { parts.removeLast() }
        self.init(argumentBytes: parts.map { Array($0) }, isTruncated: isTruncated)
    }

    /// The arguments, with U+FFFD for anything that is not UTF-8.
    public var arguments: [String] { argumentBytes.map { String(decoding: $0, as: UTF8.self) } }

    /// The arguments, separated by blanks.
    public var text: String { arguments.joined(separator: " ") }

    /// The bytes that patterns are compared with: the arguments, separated by blanks.
    package var textBytes: [UInt8] { Array(argumentBytes.joined(separator: [UInt8(ascii: " ")])) }
}
