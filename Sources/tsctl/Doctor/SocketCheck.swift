import Glibc
import LinuxSystem

/// Whether clients get at the daemon's socket.
struct SocketCheck: Check {
    /// What lies at the path.
    enum File: Equatable {
        case socket(mode: UInt32, owner: String)
        case somethingElse
        case missing
        /// It cannot be looked at, for this reason.
        case hidden(String)
    }

    /// What connecting came to.
    enum Attempt: Equatable {
        case connected
        /// An error number.
        case failed(Int32)
    }

    let path: String
    let file: File
    let attempt: Attempt
    /// What starts a daemon here.
    let startCommand: String

    var finding: Finding {
        switch file {
        case .missing: failed("there is no \(path)", mend: startCommand)
        case .somethingElse: failed("\(path) is not a socket", mend: "sudo rm \(path) && \(startCommand)")
        case .hidden(let reason):
            failed("cannot look at \(path): \(reason)", mend: "sudo chmod o+x \(directory)")
        case .socket(let mode, let owner): socket(mode: mode, owner: owner)
        }
    }

    private func socket(mode: UInt32, owner: String) -> Finding {
        let octal = String(mode, radix: 8)
        let file = "\(path), mode \(String(repeating: "0", count: max(0, 4 - octal.count)))\(octal), owner \(owner)"
        let isForEverybody = mode & 0o006 == 0o006
        let open = "sudo chmod 0666 \(path)"
        switch attempt {
        case .connected:
            return isForEverybody
                ? .ok(Self.name, file)
                : .warning(Self.name, "\(file): not every user can connect", mend: open)
        case .failed(ECONNREFUSED):
            return failed(
                "\(path) is stale: nothing listens, a daemon that was killed has left it", mend: startCommand)
        case .failed(EACCES), .failed(EPERM):
            return failed("\(file): you may not connect", mend: isForEverybody ? "sudo chmod o+x \(directory)" : open)
        case .failed(EAGAIN):
            return failed("\(path): the daemon accepts no connection", mend: "sudo systemctl restart taskstatsd")
        case .failed(let errno):
            return failed("\(file): cannot connect: \(SystemError("", errno: errno).text)", mend: startCommand)
        }
    }

    private static let name = "socket"

    private func failed(_ text: String, mend: String) -> Finding { .failed(Self.name, text, mend: mend) }

    private var directory: String {
        let parent = path.split(separator: "/").dropLast().joined(separator: "/")
        return "/" + parent
    }
}
