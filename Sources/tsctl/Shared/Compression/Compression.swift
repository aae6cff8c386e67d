import CommandSupport

/// A compression of recordings: its file names and magic bytes.
enum Compression: CaseIterable {
    case zstd, gzip

    /// The suffix of its files.
    var suffix: String {
        switch self {
        case .zstd: ".zst"
        case .gzip: ".gz"
        }
    }

    /// The possible first bytes of its files.
    var magics: [[UInt8]] {
        switch self {
        // Files of a directory begin with a mark.
        case .zstd: [[0x28, 0xb5, 0x2f, 0xfd], Array(FrameMark.opening.prefix(4))]
        case .gzip: [[0x1f, 0x8b]]
        }
    }

    /// Selects the compression by the suffix of a file.
    init?(suffixOf path: String) {
        guard let found = Self.allCases.first(where: { path.hasSuffix($0.suffix) }) else { return nil }
        self = found
    }

    /// Selects the compression by the first bytes of a file.
    init?(magicOf bytes: some Collection<UInt8>) {
        guard let found = Self.allCases.first(where: { $0.magics.contains { bytes.starts(with: $0) } }) else {
            return nil
        }
        self = found
    }

    /// Creates a compressor; fails when there is no memory for it.
    func makeCompressor() throws(Failure) -> any StreamCompressor {
        let compressor: (any StreamCompressor)? =
            switch self {
            case .zstd: ZstdCompressor()
            case .gzip: GzipCompressor()
            }
        guard let compressor else { throw Failure("cannot compress: out of memory") }
        return compressor
    }

    /// Creates a decompressor; fails when there is no memory for it.
    func makeDecompressor() throws(Failure) -> any FrameDecompressor {
        let decompressor: (any FrameDecompressor)? =
            switch self {
            case .zstd: ZstdDecompressor()
            case .gzip: GzipDecompressor()
            }
        guard let decompressor else { throw Failure("cannot decompress: out of memory") }
        return decompressor
    }
}
