import TaskstatsModel

extension Request {
    /// The line of the request, with its newline.
    ///
    /// `cpus` and `scope` of a subscription are always included; other parameters are omitted if they have their
    /// defaults.
    package var line: ByteBuffer {
        var writer = JSONWriter()
        writer.object { writer in
            writer.field("jsonrpc", "2.0")
            switch id {
            case .integer(let integer): writer.field("id", integer)
            case .string(let string): writer.field("id", string)
            }
            writer.field("method", call.method)
            switch call {
            case .get(let target, let fields, let origin):
                writer.key("params")
                writer.object { writer in
                    switch target {
                    case .pid(let pid): writer.field("pid", pid)
                    case .tgid(let tgid): writer.field("tgid", tgid)
                    case .cgroup(let path): writer.field("cgroup", path)
                    }
                    writer.field(fields: fields)
                    if origin { writer.field("origin", true) }
                }
            case .subscribe(let subscription, let cpuList):
                writer.key("params")
                writer.object { writer in
                    writer.field("cpus", cpuList)
                    subscription.writeRequested(to: &writer)
                }
            case .unsubscribe, .status, .describe:
                break
            }
        }
        writer.bytes.append(UInt8(ascii: "\n"))
        return writer.finish()
    }
}

extension Subscription {
    /// Writes everything but the CPUs.
    fileprivate func writeRequested(to writer: inout JSONWriter) {
        writer.field("scope", scope.rawValue)
        writer.field(fields: fields)
        if !filter.isEmpty {
            writer.key("filter")
            writer.object { filter.write(to: &$0) }
        }
        if overflow != .drop { writer.field("overflow", overflow.rawValue) }
        if origin { writer.field("origin", true) }
        if starts { writer.field("starts", true) }
        since?.write(to: &writer)
    }
}

extension JSONWriter {
    fileprivate mutating func field(fields: FieldSet) {
        if fields != .all { field("fields", fields.lazy.map(\.name)) }
    }
}
