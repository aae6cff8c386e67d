import CommandSupport
import Taskstats

/// A check that a daemon answers on the socket.
struct DaemonCheck: Check {
    /// A process that listens, or that has the daemon's name.
    struct Process: Equatable {
        var pid: Int32
        /// Its name; nil if /proc hides it.
        var name: String?
        var user: String
        var isStopped = false
        /// Its command line.
        var arguments: [String] = []

        var text: String { "pid \(pid) (\(name.map { PrintableText.of($0) + ", " } ?? "")user \(user))" }
    }

    /// The result of the handshake.
    enum Handshake: Equatable {
        case connected(ServerInfo)
        /// The daemon refused the connection, or did not answer.
        case refused(TaskstatsError)
        /// No process accepted the connection.
        case noDaemon
    }

    let handshake: Handshake
    /// The process that called listen; systemd if it passes the socket on.
    let listener: Process?
    /// The processes named taskstatsd.
    let daemons: [Process]
    let socket: String
    let startCommand: String

    var finding: Finding {
        switch handshake {
        case .connected(let server): connected(server)
        case .refused(let error): refused(error)
        case .noDaemon: noDaemon
        }
    }

    private func connected(_ server: ServerInfo) -> Finding {
        let text =
            "\(PrintableText.of(server.server)), protocol \(PrintableText.of(server.protocolVersion)), \(responder)"
        guard server.server == "taskstatsd/\(Release.version)" else {
            return .warning(
                Self.name, "\(text); tsctl is \(Release.version)", fix: "install matching versions")
        }
        return .ok(Self.name, text)
    }

    private func refused(_ error: TaskstatsError) -> Finding {
        switch error.code {
        // The daemon works and refuses only this user.
        case .permissionDenied: return .ok(Self.name, "answers, \(responder)")
        case .protocolViolation:
            return failed(
                "\(responder) listens, but \(error.message)",
                fix: "tsctl doctor --socket PATH, with the path of taskstatsd")
        case .timedOut:
            guard let process = Self.answering(listener: listener, daemons: daemons), process.isStopped else {
                return failed("\(responder) does not answer", fix: "sudo systemctl restart taskstatsd")
            }
            return failed("\(responder) does not answer: it is stopped", fix: "sudo kill -CONT \(process.pid)")
        case .closedByDaemon, .limitExceeded:
            return failed(error.message, fix: "close some of your connections: ss -xp | grep \(socket)")
        default: return failed(error.message, fix: startCommand)
        }
    }

    private var noDaemon: Finding {
        guard let other = daemons.first else { return failed("taskstatsd is not running", fix: startCommand) }
        let named = other.arguments.firstIndex(of: "--socket").map { other.arguments.dropFirst($0 + 1).first }
        let path = (named ?? nil) ?? other.arguments.first { $0.hasPrefix("--socket=") }.map { String($0.dropFirst(9)) }
        if let path, path != socket {
            return failed(
                "\(other.text) serves another socket", fix: "tsctl doctor --socket \(PrintableText.of(path))")
        }
        return failed(
            "\(other.text) runs but does not serve \(socket)", fix: "sudo kill \(other.pid) && \(startCommand)")
    }

    private var responder: String {
        Self.answering(listener: listener, daemons: daemons)?.text ?? "a process that is not visible"
    }

    /// Returns the process that answers: the listener, or a daemon if the listener is process 1, which only makes the
    /// socket.
    static func answering(listener: Process?, daemons: [Process]) -> Process? {
        listener?.pid == 1 ? daemons.first ?? listener : listener
    }

    /// The name of the daemon's processes.
    static let program = "taskstatsd"

    private static let name = "daemon"

    private func failed(_ text: String, fix: String) -> Finding { .failed(Self.name, text, fix: fix) }
}
