/// A control group, by its path in the unified hierarchy, or in systemd's hierarchy on a machine without that.
public struct ControlGroup: Hashable, Sendable {
    /// The path below the root of the hierarchy, as bytes.
    public let pathBytes: [UInt8]

    /// The path, with U+FFFD for anything that is not UTF-8.
    public var path: String { String(decoding: pathBytes, as: UTF8.self) }

    /// The maximum length of a path, in bytes.
    package static let pathLimit = 1_024

    /// Creates a control group.
    public init(path: String) { self.init(pathBytes: Array(path.utf8)) }

    /// Creates a control group.
    public init(pathBytes: [UInt8]) { self.pathBytes = pathBytes }

    /// Finds the control group of a process in the contents of /proc/PID/cgroup; nil when it is not certain.
    ///
    /// Each line is the number of a hierarchy, its controllers and a path, separated by colons. The kernel does not
    /// escape newlines in paths. That is harmless on a machine with the unified hierarchy alone, whose path is the whole
    /// rest of the text; elsewhere, a text with lines that one path could have forged is not used.
    package init?(kernelText text: [UInt8]) {
        guard text.last == UInt8(ascii: "\n") else { return nil }
        var path: [UInt8]
        if text.starts(with: "0::".utf8) {
            path = Array(text.dropFirst(3).dropLast())
        } else if let found = Self.path(inHierarchies: text.dropLast()) {
            path = found
        } else {
            return nil
        }
        guard path.first == UInt8(ascii: "/"), path.count <= Self.pathLimit else { return nil }
        // The mark of a group that was removed after its last process ended.
        let mark = " (deleted)".utf8
        if path.count > mark.count, path.suffix(mark.count).elementsEqual(mark) { path.removeLast(mark.count) }
        self.init(pathBytes: path)
    }

    /// Returns the path in systemd's hierarchy, or in the unified one where systemd has none.
    private static func path(inHierarchies text: some Collection<UInt8>) -> [UInt8]? {
        var paths: [[UInt8]: [UInt8]] = [:]
        for line in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            let parts = line.split(separator: UInt8(ascii: ":"), maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3, UInt(String(decoding: parts[0], as: UTF8.self)) != nil,
                paths.updateValue(Array(parts[2]), forKey: Array(parts[1])) == nil
            else { return nil }
        }
        return paths[Array("name=systemd".utf8)] ?? paths[[]]
    }

    /// The names of the groups from the root to this one.
    private var names: [String] { path.split(separator: "/").map(String.init) }

    /// The systemd unit: the service or scope, below user managers with that manager's unit before it, or the innermost
    /// slice; nil outside of every unit.
    public var unit: String? {
        var names = names.map(Self.unescaped)[...]
        var manager = ""
        while true {
            var slice: String?
            while let name = names.first, name.hasSuffix(".slice") {
                slice = name
                names.removeFirst()
            }
            guard let name = names.first, Self.unitSuffixes.contains(where: name.hasSuffix) else {
                guard let slice else { return manager.isEmpty ? nil : String(manager.dropLast()) }
                return manager + slice
            }
            guard manager.isEmpty, name.hasPrefix("user@"), name.hasSuffix(".service") else { return manager + name }
            manager = name + "/"
            names.removeFirst()
        }
    }

    private static let unitSuffixes = [".service", ".scope", ".socket", ".mount", ".swap"]

    /// Removes the underscore that systemd puts before the name of a unit which the kernel could mistake for a file.
    private static func unescaped(_ name: String) -> String { name.hasPrefix("_") ? String(name.dropFirst()) : name }

    /// The innermost container.
    public var container: Container? {
        let names = names
        for index in names.indices.reversed() {
            let name = names[index]
            if let found = Container(
                group: name, parent: index > 0 ? names[index - 1] : nil, ancestors: names[..<index])
            {
                return found
            }
        }
        return nil
    }
}
