/// A container, recognised by the names that its runtime gives to control groups.
public struct Container: Hashable, Sendable {
    /// A program that runs containers.
    @nonexhaustive
    public enum Runtime: String, Hashable, Sendable, CaseIterable {
        /// Docker Engine.
        case docker
        /// containerd, for Kubernetes or nerdctl.
        case containerd
        /// CRI-O.
        case crio = "cri-o"
        /// Podman, and other users of libpod.
        case podman
        /// LXC, LXD and Incus.
        case lxc
        /// systemd-nspawn.
        case nspawn = "systemd-nspawn"
    }

    /// The id, or the name where the runtime names the control group by it.
    public let id: String
    /// The runtime; nil for a container of Kubernetes whose control group does not name it.
    public let runtime: Runtime?

    /// Creates a container.
    public init(id: String, runtime: Runtime?) {
        self.id = id
        self.runtime = runtime
    }

    /// The prefix and suffix of the control group, and what is between them.
    private static let patterns: [(prefix: String, suffix: String, id: IDKind, runtime: Runtime)] = [
        ("docker-", ".scope", .hexadecimal, .docker),
        ("cri-containerd-", ".scope", .hexadecimal, .containerd),
        ("nerdctl-", ".scope", .hexadecimal, .containerd),
        ("crio-", ".scope", .hexadecimal, .crio),
        ("crio-", "", .hexadecimal, .crio),
        ("libpod-", ".scope", .hexadecimal, .podman),
        ("libpod-", "", .hexadecimal, .podman),
        ("lxc.payload.", "", .name, .lxc),
        ("systemd-nspawn@", ".service", .escapedName, .nspawn),
        ("machine-", ".scope", .escapedName, .nspawn),
    ]

    /// Control groups that name their children by container: Docker and LXC without systemd.
    private static let parents: [(name: String, id: IDKind, runtime: Runtime)] = [
        ("docker", .hexadecimal, .docker), ("lxc", .name, .lxc), ("lxc.payload", .name, .lxc),
    ]

    /// The form of an id in the name of a control group.
    private enum IDKind {
        /// 64 digits.
        case hexadecimal
        /// Any text.
        case name
        /// Text with characters like `\x2d`, as systemd escapes names of units.
        case escapedName

        func id(in text: Substring) -> String? {
            switch self {
            case .hexadecimal: text.utf8.count == 64 && text.utf8.allSatisfy(Self.isDigit) ? String(text) : nil
            case .name: text.isEmpty ? nil : String(text)
            case .escapedName: text.isEmpty ? nil : Self.unescape(text)
            }
        }

        private static func isDigit(_ byte: UInt8) -> Bool {
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
        }

        private static func unescape(_ text: Substring) -> String {
            var bytes: [UInt8] = []
            var rest = Array(text.utf8)[...]
            while let byte = rest.popFirst() {
                if byte == UInt8(ascii: "\\"), rest.first == UInt8(ascii: "x"), rest.count >= 3,
                    let code = UInt8(String(decoding: rest.dropFirst().prefix(2), as: UTF8.self), radix: 16)
                {
                    bytes.append(code)
                    rest = rest.dropFirst(3)
                } else {
                    bytes.append(byte)
                }
            }
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    /// Recognises a container by a control group's name, its parent's, and those of all its ancestors.
    init?(group name: String, parent: String?, ancestors: some Sequence<String>) {
        for (prefix, suffix, kind, runtime) in Self.patterns
        where name.hasPrefix(prefix) && name.hasSuffix(suffix)
            && name.utf8.count > prefix.utf8.count + suffix.utf8.count
        {
            guard let id = kind.id(in: name.dropFirst(prefix.count).dropLast(suffix.count)) else { continue }
            // libvirt names its machines in the same way.
            if runtime == .nspawn, id.hasPrefix("qemu-") || id.hasPrefix("lxc-") { continue }
            self.init(id: id, runtime: runtime)
            return
        }
        for (parentName, kind, runtime) in Self.parents where parent == parentName {
            guard let id = kind.id(in: name[...]) else { continue }
            self.init(id: id, runtime: runtime)
            return
        }
        // Kubernetes without systemd names the control group by the id alone.
        guard ancestors.contains("kubepods"), let id = IDKind.hexadecimal.id(in: name[...]) else { return nil }
        self.init(id: id, runtime: nil)
    }
}
