import CommandSupport
import Taskstats

/// The screen with the daemon, the access of this user, the counters and the limits, and rates since an earlier sample.
struct StatusScreen {
    /// An earlier sample of the counters, and its age.
    struct Before {
        let status: DaemonStatus
        let elapsed: Duration
    }

    let server: ServerInfo
    let status: DaemonStatus
    let socket: String
    let style: Style
    /// Whether there are columns for rates, whose first values are unknown.
    var showsRates = false
    var before: Before?

    var lines: [String] {
        var sections = [Table.facts(about), Table.facts(you)]
        if let daemon = status.daemon {
            sections.append(Table.facts(counters(daemon)))
            if !daemon.cpus.isEmpty { sections.append(table(daemon)) }
        } else {
            sections.append(Table.facts([("counters", "only for users who see every process")]))
        }
        return Array(sections.joined(separator: [""]))
    }

    // MARK: Constant facts

    private var about: [(label: String, value: String?)] {
        [
            ("daemon", "\(PrintableText.of(server.server)), protocol \(PrintableText.of(server.protocolVersion))"),
            ("socket", PrintableText.of(socket)),
            ("running for", status.daemon.map { DecimalText.period(microseconds: $0.uptime.wholeMicroseconds) }),
            (
                "kernel",
                "\(PrintableText.of(server.kernelRelease)), struct taskstats version \(server.taskstatsVersion)"
            ),
            ("CPUs", "\(server.onlineCPUs) online, \(server.possibleCPUs) possible"),
            ("delay accounting", delayAccounting),
        ]
    }

    private var delayAccounting: String {
        switch status.delayAccounting {
        case true?: "on"
        case false?: "off; turn it on with: sysctl kernel.task_delayacct=1"
        case nil: "unknown"
        }
    }

    private var you: [(label: String, value: String?)] {
        let name = AccountNames.userAndNumber(server.uid)
        let access =
            switch server.access {
            case .all: "\(name), sees every process"
            case .own: "\(name), sees the processes of this user"
            case .none: "\(name), sees no process"
            }
        let rates = [
            server.limits.connectionsPerSecond.map { "\($0) new connections" },
            server.limits.requestsPerSecond.map { "\($0) requests" },
        ].compactMap { $0 }
        return [
            ("you", access),
            (
                "your limits",
                "\(bytes(server.limits.queueBytes)) queued per connection, \(server.limits.connectionsPerUID) connections"
                    + (rates.isEmpty ? "" : "; per second " + rates.joined(separator: ", "))
            ),
            (
                "lines",
                "requests up to \(bytes(server.limits.requestBytes)), from the daemon up to \(bytes(server.limits.lineBytes))"
            ),
        ]
    }

    // MARK: Counters

    private func origins(_ origin: DaemonStatus.Origin) -> String {
        guard origin.isListening else { return "not tracked, because no client needs them" }
        let known = [("command lines", origin.commands), ("cgroups", origin.cgroups)].compactMap { name, counts in
            counts.share.map { "\($0) of \(name) known" }
        }
        let lost = origin.eventsLost > 0 ? ["\(origin.eventsLost) events lost"] : []
        let processes = "\(origin.processes) processes (\(bytes(origin.memoryBytes)))"
        let priority = origin.isRealTime == true ? ["at real-time priority"] : ["at normal priority"]
        return ([processes] + priority + known + lost).joined(separator: ", ")
    }

    private func history(_ history: DaemonStatus.History) -> String {
        let size = "\(bytes(history.bytes)) of \(bytes(history.limitBytes))"
        guard let oldest = history.oldestTime else { return "no records yet, \(size)" }
        let nanosecondsPerSecond: UInt64 = 1_000_000_000
        let since = LocalClock.dateAndTime(seconds: oldest / nanosecondsPerSecond)
        return "\(history.records) records since \(since), \(size)"
    }

    private func counters(_ daemon: DaemonStatus.Daemon) -> [(label: String, value: String?)] {
        let (received, lost) = (daemon.sum(\.received), daemon.sum(\.lost))
        let earlier = before?.status.daemon
        return [
            ("clients", "\(daemon.clients), \(daemon.subscribers) subscribed"),
            ("queues", "\(bytes(daemon.queuedBytes)) queued, \(bytes(daemon.queueHighWater)) at most so far"),
            ("origins", daemon.origin.map(origins)),
            ("history", daemon.history.map(history)),
            ("registered CPUs", daemon.registeredCPUs.isEmpty ? "none" : "\(daemon.registeredCPUs)"),
            (
                "records",
                "\(received) received\(inASecond(received, earlier?.sum(\.received))), "
                    + "\(lost) lost\(inASecond(lost, earlier?.sum(\.lost)))"
            ),
        ]
    }

    private func inASecond(_ now: UInt64, _ earlier: UInt64?) -> String {
        showsRates && before != nil ? " (\(rate(now, earlier))/s)" : ""
    }

    private func table(_ daemon: DaemonStatus.Daemon) -> [String] {
        let titles = ["CPU", "subscribers", "received", "per s", "lost", "per s", "receive buffer"]
        let rateColumns = [3, 5]
        func shown(_ cells: [String]) -> [String] {
            showsRates ? cells : cells.indices.filter { !rateColumns.contains($0) }.map { cells[$0] }
        }
        let columns = shown(titles).map { Column(title: $0, alignment: .right, width: 0) }
        let table = Table.lines(daemon.cpus.map { shown(cells($0)) }, columns)
        let omitted = daemon.omittedCPUs == 0 ? [] : ["and \(daemon.omittedCPUs) more CPUs"]
        return [style.heading(table[0])] + table.dropFirst() + omitted
    }

    private func cells(_ cpu: DaemonStatus.CPU) -> [String] {
        let earlier = before?.status.daemon?.cpus.first { $0.cpu == cpu.cpu }
        let lost = "\(cpu.lost)"
        return [
            "\(cpu.cpu)", "\(cpu.subscribers)", "\(cpu.received)", rate(cpu.received, earlier?.received),
            lost, rate(cpu.lost, earlier?.lost), bytes(cpu.receiveBufferBytes),
        ]
    }

    /// Returns the growth of a counter per second; a counter that is smaller than before has restarted.
    private func rate(_ now: UInt64, _ earlier: UInt64?) -> String {
        guard let before, before.elapsed > .zero else { return "-" }
        let grown = earlier.map { now < $0 ? now : now - $0 } ?? now
        return DecimalText.tenths(Double(grown) / (before.elapsed / .seconds(1)))
    }

    private func bytes(_ count: Int) -> String { DecimalText.bytes(UInt64(max(0, count))) }
}

extension DaemonStatus.Daemon {
    fileprivate func sum(_ counter: KeyPath<DaemonStatus.CPU, UInt64>) -> UInt64 {
        cpus.reduce(0) { $0 &+ $1[keyPath: counter] }
    }
}

extension DecimalText {
    /// Returns a number from 0 with one decimal: "12.3".
    static func tenths(_ value: Double) -> String {
        guard let tenths = UInt64(exactly: (value * 10).rounded()) else { return "-" }
        return "\(tenths / 10).\(tenths % 10)"
    }
}

extension DaemonStatus.Origin.Counts {
    /// The share of records with the value, as a text; nil without any record.
    fileprivate var share: String? {
        let sum = known.values.reduce(0, +)
        guard sum + unknown > 0 else { return nil }
        // Rounded down, so that something that is missing shows.
        let thousandths = sum * 1_000 / (sum + unknown)
        return unknown == 0 ? "100 %" : "\(thousandths / 10).\(thousandths % 10) %"
    }
}
