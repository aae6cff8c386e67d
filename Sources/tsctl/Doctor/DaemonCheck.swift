import TaskstatsClient

/// Whether a daemon answers on the socket, and which one.
struct DaemonCheck: Check {
    /// A process that listens, or that is called like the daemon.
    struct Process: Equatable {
        var pid: Int32
        /// Its name; nil when /proc hides it.
        var name: String?
        var user: String
        var isStopped = false
        /// Its command line.
        var arguments: [String] = []

        var text: String { "pid \(pid) (\(name.map { PrintableText.of($0) + ", " } ?? "")user \(user))" }
    }

    /// What the daemon said first.
    enum Greeting: Equatable {
        case greeted(ServerInfo)
        /// It refused, or did not answer.
        case refused(TaskstatsError)
        /// Nobody was there to say anything.
        case nobody
    }

    let greeting: Greeting
    /// Who made the socket listen; systemd where it passes the socket on.
    let listener: Process?
    /// The processes called taskstatsd.
    let daemons: [Process]
    let socket: String
    let startCommand: String

    var finding: Finding {
        switch greeting {
        case .greeted(let server): greeted(server)
        case .refused(let error): refused(error)
        case .nobody: nobody
        }
    }

    private func greeted(_ server: ServerInfo) -> Finding {
        let text = "\(PrintableText.of(server.server)), protocol \(PrintableText.of(server.protocolVersion)), \(who)"
        guard server.server == "taskstatsd/\(Release.version)" else {
            return .warning(
                Self.name, "\(text); tsctl is \(Release.version)", mend: "install taskstatsd and tsctl of one version")
        }
        return .ok(Self.name, text)
    }

    private func refused(_ error: TaskstatsError) -> Finding {
        switch error.code {
        // It is well, and says whom it serves.
        case .permissionDenied: return .ok(Self.name, "answers, \(who)")
        case .protocolViolation:
            return failed(
                "\(who) listens, and: \(error.message)", mend: "tsctl doctor --socket PATH, with taskstatsd's")
        case .timedOut:
            guard let process = Self.answering(listener: listener, daemons: daemons), process.isStopped else {
                return failed("\(who) does not answer", mend: "sudo systemctl restart taskstatsd")
            }
            return failed("\(who) does not answer: it is stopped", mend: "sudo kill -CONT \(process.pid)")
        case .closedByDaemon, .limitExceeded:
            return failed(error.message, mend: "end some of your own connections: ss -xp | grep \(socket)")
        default: return failed(error.message, mend: startCommand)
        }
    }

    private var nobody: Finding {
        guard let other = daemons.first else { return failed("no taskstatsd runs", mend: startCommand) }
        let named = other.arguments.firstIndex(of: "--socket").map { other.arguments.dropFirst($0 + 1).first }
        let path = (named ?? nil) ?? other.arguments.first { $0.hasPrefix("--socket=") }.map { String($0.dropFirst(9)) }
        if let path, path != socket {
            return failed(
                "\(other.text) serves another socket", mend: "tsctl doctor --socket \(PrintableText.of(path))")
        }
        return failed(
            "\(other.text) runs and does not serve \(socket)", mend: "sudo kill \(other.pid) && \(startCommand)")
    }

    private var who: String {
        Self.answering(listener: listener, daemons: daemons)?.text ?? "a process that cannot be seen"
    }

    /// Who answers: whoever listens, and a daemon where that is process 1, which only makes the socket for it.
    static func answering(listener: Process?, daemons: [Process]) -> Process? {
        listener?.pid == 1 ? daemons.first ?? listener : listener
    }

    /// What the daemon is called.
    static let program = "taskstatsd"

    private static let name = "daemon"

    private func failed(_ text: String, mend: String) -> Finding { .failed(Self.name, text, mend: mend) }
}
