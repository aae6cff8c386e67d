import TaskstatsModel

extension Request {
    /// The line of the request, with its newline.
    ///
    /// `cpus` and `scope` of a subscription are always included; other parameters are omitted if they have their
    /// defaults.
    package var line: ByteBuffer {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("jsonrpc", "2.0")
            switch id {
            case .integer(let integer): writer.member("id", integer)
            case .string(let string): writer.member("id", string)
            }
            writer.member("method", call.method)
            switch call {
            case .get(let target, let fields):
                writer.key("params")
                writer.object { writer in
                    switch target {
                    case .pid(let pid): writer.member("pid", pid)
                    case .tgid(let tgid): writer.member("tgid", tgid)
                    case .cgroup(let path): writer.member("cgroup", path)
                    }
                    writer.member(fields: fields)
                }
            case .subscribe(let parameters):
                writer.key("params")
                writer.object { parameters.write(to: &$0) }
            case .unsubscribe, .status, .describe:
                break
            }
        }
        writer.bytes.append(UInt8(ascii: "\n"))
        return writer.finish()
    }
}

extension SubscribeParameters {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.member("cpus", cpus)
        writer.member("scope", scope.rawValue)
        writer.member(fields: fields)
        if !filter.isEmpty {
            writer.key("filter")
            writer.object { filter.write(to: &$0) }
        }
        if overflow != .drop { writer.member("overflow", overflow.rawValue) }
    }
}

extension JSONWriter {
    fileprivate mutating func member(fields: FieldSet) {
        if fields != .all { member("fields", fields.lazy.map(\.name)) }
    }
}
