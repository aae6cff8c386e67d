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

    /// Returns the standard output of a program if it succeeds; its standard error is discarded.
    static func output(of command: [String], limit: Int = 1 << 20) -> String? {
        guard let pipe = try? Pipe() else { return nil }
        var request = ProgramStart(command)
        request.files = [
            STDOUT_FILENO: .descriptor(pipe.writing.number), STDERR_FILENO: .path("/dev/null", flags: O_WRONLY),
        ]
        request.defaultSignals = ProgramStart.signals(SIGPIPE)
        guard let program = try? request.start() else { return nil }
        let text = (try? pipe.takeReading().readText(limit: limit)) ?? nil
        return (try? program.wait()) == 0 ? text : nil
    }
}
