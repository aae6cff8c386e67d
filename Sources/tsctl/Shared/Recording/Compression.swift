import Glibc
import LinuxSystem

/// A compression by an external tool: its file names, magic bytes and commands.
enum Compression: CaseIterable {
    case zstd, gzip

    /// The name of the tool and of its package.
    var tool: String {
        switch self {
        case .zstd: "zstd"
        case .gzip: "gzip"
        }
    }

    /// The suffix of its files.
    var suffix: String {
        switch self {
        case .zstd: ".zst"
        case .gzip: ".gz"
        }
    }

    /// The first bytes of its files.
    var magic: [UInt8] {
        switch self {
        case .zstd: [0x28, 0xb5, 0x2f, 0xfd]
        case .gzip: [0x1f, 0x8b]
        }
    }

    /// The command that compresses standard input to standard output; fast rather than small, as records keep arriving.
    var compressing: [String] {
        switch self {
        case .zstd: [tool, "-q", "-c"]
        case .gzip: [tool, "-1", "-c"]
        }
    }

    /// The command for decompression.
    var decompressing: [String] { [tool, "-q", "-d", "-c"] }

    /// Selects the compression by the suffix of a file.
    init?(suffixOf path: String) {
        guard let found = Self.allCases.first(where: { path.hasSuffix($0.suffix) }) else { return nil }
        self = found
    }

    /// Selects the compression by the first bytes of a file.
    init?(magicOf bytes: some Collection<UInt8>) {
        guard let found = Self.allCases.first(where: { bytes.starts(with: $0.magic) }) else { return nil }
        self = found
    }

    /// Returns the error for a tool that cannot be started.
    func problem(starting error: SystemError) -> Failure {
        guard error.errno == ENOENT else { return Failure("cannot run \(tool): \(error.text)") }
        return Failure(
            "\(suffix) requires \(tool), which is not installed (try: apt install \(tool))")
    }
}
