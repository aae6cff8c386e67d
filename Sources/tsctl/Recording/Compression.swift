import Glibc
import LinuxSystem

/// A compression that a tool of the system does: what its files are called and begin with, and how it is run.
enum Compression: CaseIterable {
    case zstd, gzip

    /// The tool, which is also the name of the package that brings it.
    var tool: String {
        switch self {
        case .zstd: "zstd"
        case .gzip: "gzip"
        }
    }

    /// How the names of its files end.
    var suffix: String {
        switch self {
        case .zstd: ".zst"
        case .gzip: ".gz"
        }
    }

    /// What its files begin with.
    var magic: [UInt8] {
        switch self {
        case .zstd: [0x28, 0xb5, 0x2f, 0xfd]
        case .gzip: [0x1f, 0x8b]
        }
    }

    /// The command that compresses standard input to standard output; fast rather than small, as records do not wait.
    var compressing: [String] {
        switch self {
        case .zstd: [tool, "-q", "-c"]
        case .gzip: [tool, "-1", "-c"]
        }
    }

    /// The command that does the reverse.
    var decompressing: [String] { [tool, "-q", "-d", "-c"] }

    /// The one that a file's name asks for.
    init?(suffixOf path: String) {
        guard let found = Self.allCases.first(where: { path.hasSuffix($0.suffix) }) else { return nil }
        self = found
    }

    /// The one that a file's first bytes show.
    init?(magicOf bytes: some Collection<UInt8>) {
        guard let found = Self.allCases.first(where: { bytes.starts(with: $0.magic) }) else { return nil }
        self = found
    }

    /// What is said when the tool is not there.
    func problem(starting error: SystemError) -> Failure {
        guard error.errno == ENOENT else { return Failure("cannot run \(tool): \(error.text)") }
        return Failure(
            "\(tool) is not installed, which \(suffix) takes; the package \(tool) brings it (apt install \(tool))")
    }
}
