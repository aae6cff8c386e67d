import CommandSupport
import Taskstats

/// The names of groups as values of labels.
///
/// The name is the identity of a group: values that are printed alike share one, so that no text ever has the same
/// series twice. The names of the groups that stand for no value cannot be chosen by a process.
struct GroupNames {
    private let grouping: Grouping
    private var units: [ControlGroup: String] = [:]
    private var commands: [[UInt8]: String] = [:]
    private var users = AccountNames()

    /// The number of names that are remembered, because writing one takes longer than finding it.
    private static let limit = 8_192
    /// The names of the groups that stand for no value.
    static let reserved = [
        GroupTable.otherName, GroupTable.evictedName, Group.none.wholeText, Group.unknown.wholeText,
    ]

    init(_ grouping: Grouping) { self.grouping = grouping }

    /// Returns the group of a task by its properties, of which only the relevant one is used.
    mutating func name(command: [UInt8]?, user: UInt64?, cgroup: ControlGroup?) -> String {
        switch grouping {
        case .command:
            guard let command else { return Group.unknown.wholeText }
            if let name = commands[command] { return name }
            let name = Self.name(.command(command))
            if commands.count >= Self.limit { commands.removeAll() }
            commands[command] = name
            return name
        case .user:
            guard case .user(let uid) = Group.user(user) else { return Group.unknown.wholeText }
            return Self.escaped(users.user(uid))
        case .unit, .container, .cgroup:
            guard let cgroup else { return Group.unknown.wholeText }
            if let name = units[cgroup] { return name }
            let name = Self.name(grouping.group(in: cgroup))
            if units.count >= Self.limit { units.removeAll() }
            units[cgroup] = name
            return name
        }
    }

    private static func name(_ group: Group) -> String {
        switch group {
        case .none, .unknown: group.wholeText
        default: escaped(group.wholeText)
        }
    }

    /// Escapes the first character of a name that is reserved: no printable text has an escape there.
    private static func escaped(_ name: String) -> String {
        guard reserved.contains(name), let first = name.utf8.first else { return name }
        return "\\x" + String(first, radix: 16) + name.dropFirst()
    }
}
