import Glibc
import LinuxSystem

/// Facts about the host from files and tools; anything that cannot be read is nil.
enum HostFile {
    /// Returns the text of a small file, usually one of the kernel.
    static func text(_ path: String, limit: Int = 1 << 20) -> String? {
        (try? Descriptor.open(path).readText(limit: limit)) ?? nil
    }

    /// Returns the first line of a file.
    static func line(_ path: String) -> String? { text(path).map { String($0.prefix { $0 != "\n" }) } }

    /// Returns the target of a link.
    static func link(_ path: String) -> String? {
        var target = [CChar](repeating: 0, count: 4_096)
        let count = unsafe readlink(path, &target, target.count)
        guard count > 0 else { return nil }
        return String(decoding: target.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Returns whether a file of that name exists and is accessible to this process.
    static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

    /// Returns the output of a shell command if it succeeds; the command must not contain external input.
    static func output(ofCommand command: StaticString) -> String? {
        guard let pipe = unsafe popen("\(command)", "r") else { return nil }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = unsafe fread(&chunk, 1, chunk.count, pipe)
            if count == 0 { break }
            bytes += chunk.prefix(count)
        }
        return unsafe pclose(pipe) == 0 ? String(decoding: bytes, as: UTF8.self) : nil
    }
}
