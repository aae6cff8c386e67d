import CLinux
import CommandSupport
import Glibc
import LinuxSystem
import Taskstats

/// The facts for the checks, from the socket, the daemon, the kernel and the system.
///
/// Missing facts do not stop the collection; a daemon that does not answer costs a few seconds.
struct DoctorReport {
    private let options: ConnectionOptions
    private let socket: String
    private let units: [UnitCheck.Unit]?
    private let daemons: [DaemonCheck.Process]
    private let listener: DaemonCheck.Process?
    private let attempt: SocketCheck.Attempt
    private let handshake: DaemonCheck.Handshake
    private let trial: Trial?
    private let waitTrial: WaitTrial?

    private static let timeout = Duration.seconds(3)

    /// Collects the facts that take time, or that other facts depend on.
    init(_ options: ConnectionOptions) {
        self.options = options
        socket = options.path
        units = Self.findUnits()
        daemons = ProcessList.daemons()
        (attempt, listener) = Self.connect(to: socket)
        guard attempt == .connected else {
            handshake = .noDaemon
            (trial, waitTrial) = (nil, nil)
            return
        }
        do throws(TaskstatsError) {
            let connection = try options.connect(within: Self.timeout)
            handshake = .connected(connection.server)
            trial = Trial(connection)
            waitTrial = WaitTrial(connection)
        } catch {
            handshake = .refused(error)
            (trial, waitTrial) = (nil, nil)
        }
    }

    /// All checks, in the order of the report.
    var checks: [any Check] {
        [
            SocketCheck(path: socket, file: file, attempt: attempt, startCommand: startCommand),
            DaemonCheck(
                handshake: handshake, listener: listener, daemons: daemons, socket: socket, startCommand: startCommand),
            AccessCheck(handshake: handshake, uid: geteuid(), user: AccountNames.user(geteuid()), group: .current()),
            QueryCheck(answer: trial?.answer, hiding: hiding),
            ExitCheck(outcome: trial?.outcome ?? .notTried),
            OriginCheck(
                server: server, status: trial?.status, kernelReports: Self.configuration()?.has("PROC_EVENTS"),
                hiding: hiding),
            KernelCheck(release: HostFile.line("/proc/sys/kernel/osrelease") ?? "unknown", server: server),
        ] + kernelOptions + [
            DelayAccountingCheck(value: HostFile.line("/proc/sys/kernel/task_delayacct")),
            ImpossibleWaitCheck(outcome: waitTrial?.outcome ?? .notTried), ProcessSumsCheck(server: server),
        ]
            + NamespaceCheck.Kind.allCases.map { kind in
                NamespaceCheck(
                    kind: kind, own: HostFile.link("/proc/self/ns/\(kind)"),
                    ofProcess1: HostFile.link("/proc/1/ns/\(kind)")
                )
            } + [
                BufferCheck(
                    status: trial?.status,
                    systemLimit: HostFile.line("/proc/sys/net/core/rmem_max").flatMap { UInt64($0) }),
                LimitCheck(server: server, openFiles: openFiles),
                UnitCheck(units: units, isAnswered: server != nil),
            ]
    }

    private var server: ServerInfo? { if case .connected(let server) = handshake { server } else { nil } }

    private var startCommand: String {
        if units?.contains(where: \.isInstalled) == true { return UnitCheck.start }
        return "sudo taskstatsd" + (socket == TaskstatsConnection.defaultPath ? "" : " --socket \(socket)")
    }

    // MARK: The socket and its listener

    private static func connect(to path: String) -> (SocketCheck.Attempt, DaemonCheck.Process?) {
        do throws(SystemError) {
            let socket = try UnixSocket.connect(to: path, within: timeout)
            var peer = clinux_peer()
            guard unsafe clinux_peer_credentials(socket.number, &peer) == 0 else { return (.connected, nil) }
            return (.connected, ProcessList.process(peer.pid, user: AccountNames.user(peer.uid)))
        } catch {
            return (.failed(error.errno), nil)
        }
    }

    private var file: SocketCheck.File {
        var status = stat()
        guard unsafe stat(socket, &status) == 0 else {
            return errno == ENOENT ? .missing : .hidden(SystemError.last("stat").text)
        }
        guard status.st_mode & S_IFMT == S_IFSOCK else { return .notSocket }
        return .socket(mode: status.st_mode & 0o7777, owner: AccountNames.user(status.st_uid))
    }

    // MARK: The kernel and the system

    private var kernelOptions: [any Check] {
        let configuration = Self.configuration()
        let evidence = [
            "TASKSTATS": server == nil ? nil : "the daemon uses it",
            "TASK_DELAY_ACCT": HostFile.exists("/proc/sys/kernel/task_delayacct") ? "kernel.task_delayacct" : nil,
            "TASK_IO_ACCOUNTING": HostFile.exists("/proc/self/io") ? "/proc/self/io" : nil,
            "PSI": HostFile.text("/proc/pressure/cpu") == nil ? nil : "/proc/pressure",
        ]
        return KernelOptionCheck.options.map { option in
            KernelOptionCheck(
                option: option, configured: configuration?.has(option.name), source: configuration?.source,
                evidence: evidence[option.name] ?? nil)
        }
    }

    private static func configuration() -> KernelConfiguration? {
        let source = "/proc/config.gz"
        if HostFile.exists(source), let text = HostFile.output(of: ["gzip", "-dc", source]) {
            return KernelConfiguration(source: source, text: text)
        }
        let path = "/boot/config-" + (HostFile.line("/proc/sys/kernel/osrelease") ?? "")
        return HostFile.text(path).flatMap { KernelConfiguration(source: path, text: $0) }
    }

    /// The option of /proc that hides other users' processes; of several mounts on /proc, the last one counts.
    private var hiding: String? {
        let mount = HostFile.text("/proc/self/mounts")?.split(separator: "\n").last { $0.contains(" /proc proc ") }
        let options = mount?.split(separator: " ").dropFirst(3).first?.split(separator: ",")
        return options?.first { $0.hasPrefix("hidepid=") && $0 != "hidepid=0" && $0 != "hidepid=off" }.map(String.init)
    }

    private var openFiles: Int? {
        guard let daemon = DaemonCheck.answering(listener: listener, daemons: daemons) else { return nil }
        return HostFile.text("/proc/\(daemon.pid)/limits").flatMap(LimitCheck.openFiles)
    }

    private static func findUnits() -> [UnitCheck.Unit]? {
        guard HostFile.exists("/run/systemd/system") else { return nil }
        let text = HostFile.output(
            of: ["systemctl", "show", "--property=Id,LoadState,ActiveState,Result,UnitFileState"] + UnitCheck.names)
        return text.map(UnitCheck.units) ?? []
    }
}
