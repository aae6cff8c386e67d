import ArgumentParser
import CommandSupport
import Glibc
import LinuxSystem
import Taskstats

/// The exporter: metrics of groups of processes for Prometheus.
///
/// Three parts know nothing of each other's work. The collector (``Collector``) is a thread that counts what ends and
/// samples what lives when it is asked. The metrics (``ExporterMetrics``) are the text of a snapshot. The HTTP server
/// (``ScrapeServer``), or the textfile writer, asks for snapshots. The exporter is an ordinary client of taskstatsd: it
/// needs the group taskstats, no capability, and never writes anything but its file. A client of the server can neither
/// make it wait nor grow.
@main
struct TaskstatsExporter: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "taskstats-exporter",
        abstract: "Exports what processes waited for and used, as metrics for Prometheus.",
        discussion: """
            Reports the CPU time, waits, I/O, faults and exits of each systemd unit, container, user or command: exact \
            sums over all tasks that have ended and all that live, including those that lived between two scrapes. It \
            is a client of taskstatsd, and counts all processes if its user is in the group taskstats.

            The number of series is bounded: at most --max-groups groups have their own, with at most 61 each and one \
            more for each signal. Further groups count in the group "other". A group that has been idle for 10 minutes \
            gives way to a new one; its sums move to the group "(evicted)".

            EXAMPLES
              taskstats-exporter
              taskstats-exporter --by user --listen 127.0.0.1:9900
              taskstats-exporter --by command --max-groups 200
              taskstats-exporter --textfile /var/lib/prometheus/node-exporter/taskstats.prom
            """,
        version: "taskstats-exporter \(Release.version)")

    /// The properties by which metrics can be grouped.
    enum Property: String, CaseIterable, ExpressibleByArgument {
        case unit, container, user, command
    }

    @Option(help: ArgumentHelp("Group by unit, container, user or command.", valueName: "property"))
    var by = Property.unit

    @Option(help: ArgumentHelp("Maximum number of groups with series of their own.", valueName: "number"))
    var maxGroups = 1_000

    @Option(
        help: ArgumentHelp(
            "Time without a change after which a group can give way (default: 10min).", valueName: "time"),
        transform: Self.idleTime)
    var idleTime: DurationArgument?

    @Option(
        help: ArgumentHelp("Address for HTTP (default: \(Self.defaultAddress)).", valueName: "host:port"),
        transform: Self.address)
    var listen: String?

    @Option(
        help: ArgumentHelp("Write the metrics to this file instead, for node_exporter.", valueName: "path"),
        completion: .file())
    var textfile: String?

    @Option(
        help: ArgumentHelp("Replace the file of --textfile after this time (default: 15s).", valueName: "time"),
        transform: Self.interval)
    var interval: DurationArgument?

    @Option(
        help: ArgumentHelp(
            "Daemon socket (default: $TASKSTATS_SOCKET, else \(TaskstatsConnection.defaultPath)).", valueName: "path"),
        completion: .file())
    var socket: String?

    private static let defaultAddress = "127.0.0.1:9811"
    private static let groupRange = 1...100_000

    private static func address(_ text: String) throws -> String {
        guard ListenAddress(text) != nil else {
            throw ValidationError("--listen must be a host and a port, as in 127.0.0.1:9811 or [::1]:9811")
        }
        return text
    }

    private static func interval(_ text: String) throws -> DurationArgument { try time(text, "--interval") }

    private static func idleTime(_ text: String) throws -> DurationArgument { try time(text, "--idle-time") }

    private static func time(_ text: String, _ option: String) throws -> DurationArgument {
        let (least, most) = (DurationArgument(seconds: 1), DurationArgument(seconds: 86_400))
        guard let time = DurationArgument(text), time.duration >= least.duration, time.duration <= most.duration else {
            throw ValidationError("\(option) \(DurationArgument.expectation(in: least...most))")
        }
        return time
    }

    func validate() throws {
        guard Self.groupRange.contains(maxGroups) else {
            throw ValidationError(
                "--max-groups must be from \(Self.groupRange.lowerBound) to \(Self.groupRange.upperBound)")
        }
        if interval != nil, textfile == nil { throw ValidationError("--interval requires --textfile") }
        if listen != nil, textfile != nil { throw ValidationError("--listen cannot be combined with --textfile") }
    }

    static func main() {
        StandardDescriptors.reserve()
        _ = signal(SIGPIPE, SIG_IGN)
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch let failure as Failure {
            end(failure)
        } catch {
            exit(withError: error)
        }
    }

    func run() throws {
        // Blocked before the first thread starts, so that no other thread takes them.
        let signals = try SignalQueue([SIGTERM, SIGINT, SIGHUP])
        let requests = try SnapshotRequests()
        let settings = Collector.Settings(
            socket: socket ?? Environment["TASKSTATS_SOCKET"] ?? TaskstatsConnection.defaultPath,
            grouping: Grouping(rawValue: by.rawValue) ?? .unit, groupLimit: maxGroups,
            idleSeconds: (idleTime?.duration.wholeMicroseconds).map { $0 / 1_000_000 } ?? GroupTable.idleSeconds)
        try Collector.start(settings, requests) { Self.end($0) }
        let (address, textfile) = (ListenAddress(listen ?? Self.defaultAddress), textfile)
        let interval = (interval ?? DurationArgument(seconds: 15)).duration
        Task.detached {
            do throws(Failure) {
                if let textfile {
                    try await TextfileWriter(textfile, every: interval, requests).run()
                } else if let address {
                    try await ScrapeServer(address, requests).run()
                }
            } catch {
                Self.end(error)
            }
        }
        signals.wait()
        Glibc.exit(EXIT_SUCCESS)
    }

    private static func end(_ failure: Failure) -> Never {
        Message.print(failure.message)
        Glibc.exit(EXIT_FAILURE)
    }
}
