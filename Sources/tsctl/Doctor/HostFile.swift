import Glibc
import LinuxSystem

/// What the host says of itself in files and through its own tools; whatever cannot be read is nil.
enum HostFile {
    /// A small file, one of the kernel's mostly.
    static func text(_ path: String, limit: Int = 1 << 20) -> String? {
        (try? Descriptor.open(path).readText(limit: limit)) ?? nil
    }

    /// Its first line.
    static func line(_ path: String) -> String? { text(path).map { String($0.prefix { $0 != "\n" }) } }

    /// Where a link leads.
    static func link(_ path: String) -> String? {
        var target = [CChar](repeating: 0, count: 4_096)
        let count = unsafe readlink(path, &target, target.count)
        guard count > 0 else { return nil }
        return String(decoding: target.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Whether there is a file of that name that this process gets at.
    static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

    /// What a command line, which must not hold anything from elsewhere, prints when it succeeds.
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
