import CommandSupport
import Glibc
import LinuxSystem
import TestSupport
import Testing

@testable import taskstats_exporter

@Suite struct GzipCompressorTests {
    @Test(arguments: [0, 1, 100_000, 3_000_000])
    func `gzip decodes what was encoded in pieces`(count: Int) throws {
        var random = SeededGenerator(seed: UInt64(count))
        let bytes = (0..<count).map { _ in UInt8.random(in: 32..<96, using: &random) }
        let compressor = try #require(GzipCompressor())
        var compressed: [UInt8] = []
        for start in stride(from: 0, to: count, by: 70_000) {
            compressor.compress(bytes[start..<min(count, start + 70_000)], .more, to: &compressed)
        }
        compressor.compress([], .end, to: &compressed)
        let directory = try TemporaryDirectory()
        let path = directory.file("a.gz")
        try write(compressed, to: path)
        let run = try ChildProcess("/bin/gzip", ["-dc", path]).finish()
        #expect(run.status == 0, "\(run.errors)")
        #expect(Array(run.output.utf8) == bytes)
    }

    private func write(_ bytes: [UInt8], to path: String) throws {
        let file = try Descriptor(unsafe open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600), of: "open")
        try file.writeAll(bytes)
    }
}
