import Logging
import Netlink
import TaskstatsModel

extension ForeignHolders {
    /// Removes registrations on every possible CPU; `sockets` is nil if they could not be read.
    static func removeRegistrations(
        of sockets: Set<GenericNetlinkSocket>?, includingKept: Bool, batch: MessageBatch
    ) -> ForeignHolders {
        guard let sockets else { return ForeignHolders(problem: "/proc/net/netlink cannot be read") }
        return removeRegistrations(
            of: sockets, on: HostFacts.possibleCPUs(), includingKept: includingKept, batch: batch)
    }

    /// The maximum number of port ids named in a report, as one user can hold very many.
    private static let mostNamed = 16

    /// The report, one finding per line; empty when there is nothing to report.
    var lines: [String] {
        var lines = removed.prefix(Self.mostNamed).map { "removed any registration of \($0)" }
        if removed.count > Self.mostNamed {
            lines.append("removed any registration of \(removed.count - Self.mostNamed) other port ids")
        }
        if unknown > 0 {
            lines.append(
                "not checked: \(unknown) generic netlink socket\(unknown == 1 ? "" : "s") with unknown holders")
        }
        if let problem {
            lines.append("cannot check whether other users hold registered port ids: \(problem)")
        }
        return lines
    }

    /// Logs the report.
    ///
    /// A check skipped for lack of root privileges is not a warning: under systemd the port ids stay occupied while no
    /// daemon runs, and the unit's sweep runs as root.
    func report(to log: Logger) {
        for removal in removed.prefix(Self.mostNamed) {
            var metadata: Logger.Metadata = ["port": "\(removal.port)"]
            if let holder = removal.holder {
                metadata["pid"] = "\(holder.pid)"
                metadata["uid"] = "\(holder.realUID)"
            }
            log.notice("removed any registration of a port id held by another user's process", metadata: metadata)
        }
        if removed.count > Self.mostNamed {
            log.notice(
                "removed any registrations of other port ids",
                metadata: ["count": "\(removed.count - Self.mostNamed)"])
        }
        if unknown > 0 {
            log.warning(
                "cannot find the holders of generic netlink sockets; a holder of a registered port id receives records",
                metadata: ["sockets": "\(unknown)"])
        }
        if let problem {
            log.log(
                level: needsPrivilege ? .info : .warning,
                "did not check for port ids taken over by other users; run 'taskstatsd --sweep' as root to check",
                metadata: ["reason": "\(problem)"])
        }
    }
}
