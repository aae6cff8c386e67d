import Taskstats
import TaskstatsProtocol

/// The tasks and processes with the same value of a property.
package enum Group: Hashable {
    /// A command name, as bytes.
    case command([UInt8])
    /// A command name that is already printable.
    case printable(String)
    /// A systemd unit.
    case unit(String)
    case container(Container)
    case user(UInt32)
    case cgroup(ControlGroup)
    /// Outside of all units, or of all containers.
    case none
    /// Without a known value.
    case unknown

    /// Returns the group of a user; the value is that of a field of a record.
    package static func user(_ uid: UInt64?) -> Group { uid.flatMap(UInt32.init(exactly:)).map(Group.user) ?? .unknown }

    /// The value for people, with the number of a user that has no name.
    package var text: String {
        switch self {
        case .container(let container): OriginText.short(container)
        default: wholeText
        }
    }

    /// The value for people, without an abbreviation.
    package var wholeText: String {
        switch self {
        case .command(let name): PrintableText.of(name: name)
        case .printable(let name): name
        case .unit(let unit): PrintableText.of(unit)
        case .container(let container): PrintableText.of(container.id)
        case .user(let uid): AccountNames.user(uid)
        case .cgroup(let cgroup): PrintableText.of(cgroup.path)
        case .none: "(none)"
        case .unknown: "(unknown)"
        }
    }

    /// The bytes by which groups with equal figures are sorted.
    package var orderBytes: [UInt8] {
        switch self {
        case .command(let name): name
        case .user(let uid): (0..<4).reversed().map { UInt8(truncatingIfNeeded: uid >> (8 * $0)) }
        default: Array(wholeText.utf8)
        }
    }
}

extension JSONWriter {
    /// Writes the value of a group as fields of an object; null outside of all units or containers, and nothing if it
    /// is unknown.
    package mutating func fields(of group: Group, by grouping: Grouping) {
        switch group {
        case .command(let name): commandField(name)
        case .printable(let text): field(grouping.rawValue, text)
        case .unit(let unit): field(grouping.rawValue, unit)
        case .container(let container):
            key(grouping.rawValue)
            object { writer in
                writer.field("id", container.id)
                if let runtime = container.runtime { writer.field("runtime", runtime.rawValue) }
            }
        case .user(let uid):
            field("uid", uid)
            field(grouping.rawValue, AccountNames.user(uid))
        case .cgroup(let cgroup): field(grouping.rawValue, cgroup.path)
        case .none:
            key(grouping.rawValue)
            raw("null")
        case .unknown: break
        }
    }
}
