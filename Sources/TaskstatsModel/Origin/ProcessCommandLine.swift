/// The arguments of a program, as the kernel shows them in /proc/PID/cmdline.
///
/// A process can change its own arguments, and some use them as a title; then they are what the process wrote.
public struct ProcessCommandLine: Hashable, Sendable {
    /// All arguments, each with a NUL behind it: one piece of memory, because there is one for every process.
    package let terminatedBytes: [UInt8]
    /// Whether arguments, or the end of the last one, are missing because of ``byteLimit``.
    public let isTruncated: Bool

    /// The maximum length of all arguments together, with a terminator for each.
    public static let byteLimit = 4_096

    /// Creates a command line.
    public init(_ arguments: [String], isTruncated: Bool = false) {
        self.init(argumentBytes: arguments.map { Array($0.utf8) }, isTruncated: isTruncated)
    }

    /// Creates a command line from bytes; no argument contains a NUL.
    public init(argumentBytes: [[UInt8]], isTruncated: Bool = false) {
        terminatedBytes = argumentBytes.flatMap { $0 + [0] }
        self.isTruncated = isTruncated
    }

    /// Creates a command line from ``terminatedBytes``.
    package init(terminatedBytes: [UInt8], isTruncated: Bool) {
        self.terminatedBytes = terminatedBytes
        self.isTruncated = isTruncated
    }

    /// Parses the contents of /proc/PID/cmdline; nil when there are none.
    ///
    /// Each argument ends with a NUL byte, except that a process which writes its title may omit the last.
    package init?(kernelText text: some Collection<UInt8>) {
        guard !text.isEmpty else { return nil }
        var terminatedText = Array(text.prefix(Self.byteLimit))
        if terminatedText.last != 0 { terminatedText.append(0) }
        terminatedBytes = terminatedText
        isTruncated = text.count > Self.byteLimit
    }

    /// The arguments as bytes, of which the first names the program.
    public var argumentBytes: [[UInt8]] {
        terminatedBytes.split(separator: 0, omittingEmptySubsequences: false).dropLast().map { Array($0) }
    }

    /// The first argument; empty if there are none.
    package var firstArgument: [UInt8] { Array(terminatedBytes.prefix { $0 != 0 }) }

    /// The length of all arguments together, with a terminator for each.
    package var byteCount: Int { terminatedBytes.count }

    /// The arguments, with U+FFFD for anything that is not UTF-8.
    public var arguments: [String] { argumentBytes.map { String(decoding: $0, as: UTF8.self) } }

    /// The arguments, separated by blanks.
    public var text: String { arguments.joined(separator: " ") }

    /// The bytes that patterns are compared with: the arguments, separated by blanks.
    package var textBytes: [UInt8] { Array(argumentBytes.joined(separator: [UInt8(ascii: " ")])) }
}
