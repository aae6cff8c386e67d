import TaskstatsModel

// The value of `origin`. Text of processes is not always UTF-8; invalid bytes become U+FFFD.

extension ProcessOrigin {
    /// Writes the values that are known, as an object.
    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            if let commandLine {
                writer.key("command_args")
                writer.array { writer in
                    for argument in commandLine.argumentBytes { writer.string(bytes: argument) }
                }
                if commandLine.isTruncated { writer.field("truncated", true) }
            }
            if let executable { writer.field("executable", executable) }
            if let cgroup {
                writer.key("cgroup")
                writer.string(bytes: cgroup.pathBytes)
            }
            if let unit { writer.field("unit", unit) }
            if let container { container.write(to: &writer) }
            if let parents {
                writer.key("parents")
                writer.array { writer in
                    for parent in parents { parent.write(to: &writer) }
                }
            }
            if let startedNanoseconds { writer.field("started", startedNanoseconds) }
            if let session { writer.field("session", session) }
            writer.key("sources")
            writer.object { sources.write(to: &$0) }
        }
    }

    /// Decodes an origin, leniently: a value of the wrong type counts as absent.
    convenience init(_ value: JSONValue) {
        self.init(
            commandLine: value["command_args"]?.elements.map { arguments in
                ProcessCommandLine(arguments.compactMap(\.string), isTruncated: value["truncated"]?.bool ?? false)
            },
            executable: value["executable"]?.string,
            cgroup: value["cgroup"]?.string.map { ControlGroup(path: $0) },
            parents: value["parents"]?.elements?.compactMap { Parent($0) },
            startedNanoseconds: value["started"]?.integer.flatMap(UInt64.init(exactly:)),
            session: value["session"]?.integer.flatMap(UInt32.init(exactly:)),
            sources: Sources(value["sources"]))
    }
}

extension Container {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.key("container")
        writer.object { writer in
            writer.field("id", id)
            if let runtime { writer.field("runtime", runtime.rawValue) }
        }
    }
}

extension ProcessOrigin.Parent {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("pid", pid)
            if !commandBytes.isEmpty {
                writer.key("command")
                writer.string(bytes: commandBytes)
            }
        }
    }

    fileprivate init?(_ value: JSONValue) {
        guard let pid = value["pid"]?.integer.flatMap(UInt32.init(exactly:)) else { return nil }
        self.init(pid: pid, command: value["command"]?.string ?? "")
    }
}

extension ProcessOrigin.Sources {
    /// The key of each source: the name of the value that it belongs to.
    private static let keys: [(name: String, path: WritableKeyPath<Self, ProcessOrigin.Source?> & Sendable)] = [
        ("command_args", \.command), ("cgroup", \.cgroup), ("parents", \.parents), ("started", \.started),
        ("session", \.session),
    ]

    fileprivate func write(to writer: inout JSONWriter) {
        for (name, path) in Self.keys {
            if let source = self[keyPath: path] { writer.field(name, source.rawValue) }
        }
    }

    fileprivate init(_ value: JSONValue?) {
        self.init()
        for (name, path) in Self.keys {
            self[keyPath: path] = value?[name]?.string.flatMap(ProcessOrigin.Source.init)
        }
    }
}

/// An origin with its JSON text, for use in several lines.
package final class EncodedOrigin {
    /// The origin.
    package let origin: ProcessOrigin
    let text: ByteBuffer

    /// Encodes an origin.
    package init(_ origin: ProcessOrigin) {
        self.origin = origin
        var writer = JSONWriter(capacity: 512)
        origin.write(to: &writer)
        text = writer.finish()
    }
}
