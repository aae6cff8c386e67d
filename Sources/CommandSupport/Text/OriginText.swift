import Taskstats

/// The origin of a process for people; a process chooses its own arguments, so they are escaped.
package enum OriginText {
    /// Returns the arguments, separated by blanks; nil if they are unknown.
    package static func commandLine(_ origin: ProcessOrigin?) -> String? {
        origin?.commandLine.map { PrintableText.of($0.text) + ($0.isTruncated ? "..." : "") }
    }

    /// Returns the arguments, or the command name in brackets like ps(1); nil if both are unknown.
    package static func commandLine(_ origin: ProcessOrigin?, name: [UInt8]?) -> String? {
        commandLine(origin) ?? name.map { "[\(PrintableText.of(name: $0))]" }
    }

    /// Returns the systemd unit; nil if it is unknown, and outside of all units.
    package static func unit(_ origin: ProcessOrigin?) -> String? { origin?.unit.map(PrintableText.of) }

    /// Returns the path of the control group; nil if it is unknown.
    package static func cgroup(_ origin: ProcessOrigin?) -> String? { (origin?.cgroup?.path).map(PrintableText.of) }

    /// Returns the id of the container; nil if it is unknown, and outside of all containers.
    package static func container(_ origin: ProcessOrigin?) -> String? { (origin?.container?.id).map(PrintableText.of) }

    /// Returns the runtime and the id of a container, as in "docker 4f3c12ab90de"; a long id is shown by its beginning,
    /// like in the tables of its runtime.
    package static func short(_ container: Container) -> String {
        let isLong = container.id.utf8.count == 64
        let id = PrintableText.of(isLong ? String(container.id.prefix(12)) : container.id)
        return (container.runtime.map { $0.rawValue + " " } ?? "") + id
    }
}
