import Glibc
import LinuxSystem

/// A check that clients can connect to the daemon's socket.
struct SocketCheck: Check {
    /// The object at the path.
    enum File: Equatable {
        case socket(mode: UInt32, owner: String)
        case notSocket
        case missing
        /// It cannot be examined, for this reason.
        case hidden(String)
    }

    /// The result of an attempt to connect.
    enum Attempt: Equatable {
        case connected
        /// An error number.
        case failed(Int32)
    }

    let path: String
    let file: File
    let attempt: Attempt
    /// The command that starts a daemon here.
    let startCommand: String

    var finding: Finding {
        switch file {
        case .missing: failed("\(path) does not exist", fix: startCommand)
        case .notSocket: failed("\(path) is not a socket", fix: "sudo rm \(path) && \(startCommand)")
        case .hidden(let reason):
            failed("cannot examine \(path): \(reason)", fix: "sudo chmod o+x \(directory)")
        case .socket(let mode, let owner): socket(mode: mode, owner: owner)
        }
    }

    private func socket(mode: UInt32, owner: String) -> Finding {
        let octal = String(mode, radix: 8)
        let file = "\(path), mode \(String(repeating: "0", count: max(0, 4 - octal.count)))\(octal), owner \(owner)"
        let isForAllUsers = mode & 0o006 == 0o006
        let open = "sudo chmod 0666 \(path)"
        switch attempt {
        case .connected:
            return isForAllUsers
                ? .ok(Self.name, file)
                : .warning(Self.name, "\(file): not every user can connect", fix: open)
        case .failed(ECONNREFUSED):
            return failed(
                "\(path) is stale: nothing listens on it (left behind by a killed daemon)", fix: startCommand)
        case .failed(EACCES), .failed(EPERM):
            return failed("\(file): permission denied", fix: isForAllUsers ? "sudo chmod o+x \(directory)" : open)
        case .failed(EAGAIN):
            return failed("\(path): the daemon does not accept connections", fix: "sudo systemctl restart taskstatsd")
        case .failed(let errno):
            return failed("\(file): cannot connect: \(SystemError("", errno: errno).text)", fix: startCommand)
        }
    }

    private static let name = "socket"

    private func failed(_ text: String, fix: String) -> Finding { .failed(Self.name, text, fix: fix) }

    private var directory: String {
        let parent = path.split(separator: "/").dropLast().joined(separator: "/")
        return "/" + parent
    }
}
