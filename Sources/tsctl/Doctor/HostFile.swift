import CommandSupport
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

/// Processes as /proc shows them to every user.
enum ProcessList {
    /// Returns the processes with the daemon's name.
    static func daemons() -> [DaemonCheck.Process] {
        let ids = (try? ProcessDirectory.processes()) ?? []
        return ids.filter { HostFile.line("/proc/\($0)/comm") == DaemonCheck.program }
            .map { process(Int32($0), user: "unknown") }
    }

    /// Returns the public facts of a process; the given user is the default for its user.
    static func process(_ pid: Int32, user: String) -> DaemonCheck.Process {
        let status = HostFile.text("/proc/\(pid)/status")?.split(separator: "\n") ?? []
        let state = status.first { $0.hasPrefix("State:") }
        let effective = status.first { $0.hasPrefix("Uid:") }?.split(separator: "\t").dropFirst(2).first
        let arguments = HostFile.text("/proc/\(pid)/cmdline")?.split(separator: "\0").map(String.init)
        return DaemonCheck.Process(
            pid: pid, name: HostFile.line("/proc/\(pid)/comm"),
            user: effective.flatMap { UInt32($0) }.map(AccountNames.user) ?? user,
            isStopped: state?.contains("stopped") == true, arguments: arguments ?? [])
    }
}
