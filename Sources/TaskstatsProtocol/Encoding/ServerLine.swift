import TaskstatsModel

/// The lines that the daemon sends, except `exit`: each function returns one whole line with its newline.
package enum ServerLine {
    /// Returns the answer to a request; `result` writes its value.
    package static func result(_ id: RequestID, _ result: (inout JSONWriter) -> Void) -> ByteBuffer {
        line { writer in
            writer.key("id")
            write(id, to: &writer)
            writer.key("result")
            result(&writer)
        }
    }

    /// Returns the refusal of a request; without an id when none could be read.
    package static func error(_ id: RequestID?, _ error: ProtocolError) -> ByteBuffer {
        line { writer in
            writer.key("id")
            if let id { write(id, to: &writer) } else { writer.raw("null") }
            writer.key("error")
            writer.object { writer in
                writer.field("code", error.name.code)
                writer.field("message", clipped(error.message))
                writer.key("data")
                writer.object { writer in
                    writer.field("name", error.name.rawValue)
                    if let errno = error.errno { writer.field("errno", errno) }
                    if let field = error.field { writer.field("member", clipped(field)) }
                    error.limit?.write(to: &writer)
                }
            }
        }
    }

    /// Returns the report of records missing at this point.
    package static func lost(_ loss: LostRecords) -> ByteBuffer {
        notification("lost") { writer in
            switch loss.place {
            case .kernel(let cpu):
                writer.field("where", "kernel")
                writer.field("cpu", cpu)
            case .queue:
                writer.field("where", "queue")
            case .starts:
                writer.field("where", "starts")
            case .history:
                writer.field("where", "history")
            }
            if let count = loss.count { writer.field("count", count) }
            if let index = loss.index { writer.field("index", index) }
        }
    }

    /// Returns the notification that everything up to an index was sent.
    package static func live(index: UInt64) -> ByteBuffer {
        notification("live") { $0.field("index", index) }
    }

    /// Returns the notification that a process executed a program.
    package static func start(_ start: borrowing ProcessStart) -> ByteBuffer {
        notification("start") { start.write(to: &$0) }
    }

    /// Returns the last line of a connection, with the limit that ended it, if any.
    package static func closing(reason: String, limit: ProtocolError.Limit? = nil) -> ByteBuffer {
        notification("closing") { writer in
            writer.field("reason", clipped(reason))
            limit?.write(to: &writer)
        }
    }

    /// Returns the first line of a connection.
    package static func hello(_ server: ServerInfo) -> ByteBuffer {
        notification("hello") { server.write(to: &$0) }
    }

    /// Truncates text that may repeat what a client sent: once escaped, a name as long as its line would not fit in a
    /// line.
    private static func clipped(_ text: String) -> String {
        let limit = ProtocolLimits.textCharacters
        guard text.unicodeScalars.count > limit else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.prefix(limit))) + "..."
    }

    /// Returns a notification with the keys that `params` writes.
    static func notification(_ method: String, _ params: (inout JSONWriter) -> Void) -> ByteBuffer {
        line { writer in
            writer.field("method", method)
            writer.key("params")
            writer.object(params)
        }
    }

    private static func line(_ entries: (inout JSONWriter) -> Void) -> ByteBuffer {
        var writer = JSONWriter()
        writer.object { writer in
            writer.field("jsonrpc", "2.0")
            entries(&writer)
        }
        writer.bytes.append(UInt8(ascii: "\n"))
        return writer.finish()
    }

    private static func write(_ id: RequestID, to writer: inout JSONWriter) {
        switch id {
        case .integer(let integer): writer.integer(integer)
        case .string(let string): writer.string(string)
        }
    }
}

extension ProtocolError.Limit {
    /// Writes the limit's keys.
    fileprivate func write(to writer: inout JSONWriter) {
        writer.field("limit", limit)
        writer.field("allowed", allowed)
        writer.field("used", used)
    }
}

extension ProcessStart {
    /// Writes the keys of `params`.
    package func write(to writer: inout JSONWriter) {
        writer.field("cpu", cpu)
        writer.field("seq", sequence)
        writer.field("time", time)
        writer.field("pid", pid)
        writer.field("tgid", pid)
        if let ppid { writer.field("ppid", ppid) }
        if let uid { writer.field("uid", uid) }
        if let gid { writer.field("gid", gid) }
        if let command { writer.field("comm", command) }
        writer.key("origin")
        origin.write(to: &writer)
    }
}
