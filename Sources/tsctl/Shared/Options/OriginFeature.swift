import CommandSupport
import Taskstats

/// The check that a daemon can report where processes come from.
enum OriginFeature {
    /// Returns whether the daemon reports the origin of processes.
    static func isOffered(by server: ServerInfo) -> Bool { server.features.contains("origin") }

    /// Throws the reason if the daemon cannot do what the subscription requests.
    static func check(_ subscription: Subscription, on server: ServerInfo) throws(Failure) {
        let hint = "(update taskstatsd, or run 'tsctl doctor' for the reason)"
        if let condition = subscription.filter.originConditions.first, !isOffered(by: server) {
            throw Failure(
                "cannot select by \(condition): this taskstatsd does not know the origin of processes \(hint)")
        }
        if subscription.starts, !server.features.contains("starts") {
            throw Failure("cannot show starts: this taskstatsd does not report them \(hint)")
        }
        if subscription.origin, !isOffered(by: server) {
            throw Failure("cannot get the origin of processes: this taskstatsd does not report it \(hint)")
        }
    }
}

extension RecordFilter {
    /// The names of the conditions that concern the origin of a process.
    var originConditions: [String] {
        let conditions = [
            ("unit", units != nil), ("cgroup", cgroups != nil), ("container", containers != nil),
            ("command line", commandLines != nil),
        ]
        return conditions.filter(\.1).map(\.0)
    }
}
