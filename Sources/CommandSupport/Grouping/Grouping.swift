import Taskstats

/// The property by which tasks and processes are added up.
package enum Grouping: String, CaseIterable, Sendable {
    case command, unit, container, user, cgroup

    /// Whether the property is part of the origin of a process.
    package var requiresOrigin: Bool {
        switch self {
        case .command, .user: false
        case .unit, .container, .cgroup: true
        }
    }

    /// The title of a column.
    package var title: String { rawValue.uppercased() }

    /// The key of the groups in JSON.
    package var plural: String { rawValue + "s" }

    /// Returns the group of a task that ended.
    package func group(of record: ExitRecord) -> Group {
        switch self {
        case .command: .command(record.task.commandBytes ?? [])
        case .user: .user(record.task[.acUid])
        case .unit, .container, .cgroup: group(in: record.origin?.cgroup)
        }
    }

    /// Returns the group of a process by its control group, which is nil if it is unknown.
    package func group(in cgroup: ControlGroup?) -> Group {
        guard let cgroup else { return .unknown }
        switch self {
        case .unit: return cgroup.unit.map(Group.unit) ?? .none
        case .container: return cgroup.container.map(Group.container) ?? .none
        case .cgroup: return .cgroup(cgroup)
        case .command, .user: return .unknown
        }
    }
}
