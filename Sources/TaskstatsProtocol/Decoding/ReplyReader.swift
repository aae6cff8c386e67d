import TaskstatsModel

/// Decodes the answers to requests.
enum ReplyReader {
    /// Decodes the value of `result`, whose keys determine its kind.
    static func result(_ cursor: inout JSONCursor) throws(JSONCursor.Mismatch) -> ServerEvent.Reply {
        let start = cursor.offset
        let text = try unsafe cursor.skip()
        var entries = unsafe JSONCursor(text)
        var kind: TaskRecord.Kind?
        var reply: ServerEvent.Reply?
        var omissions = OmissionsReader()
        var origin: ProcessOrigin?
        guard entries.peek() == UInt8(ascii: "{") else { return .other }
        try unsafe entries.object { (cursor, name) throws(JSONCursor.Mismatch) in
            switch unsafe KeyName(name) {
            case "pid":
                kind = .task
                unsafe try cursor.skip()
            case "tgid":
                kind = .process
                unsafe try cursor.skip()
            case "stats":
                if let kind {
                    reply = .stats(try StatsReader.read(&cursor, kind: kind), origin: nil)
                } else {
                    reply = .cgroup(try cgroupStats(&cursor))
                }
            case "uncounted": try omissions.readUncounted(&cursor)
            case "implausible": try omissions.readImplausible(&cursor)
            case "origin": origin = try Self.origin(&cursor)
            default:
                unsafe try cursor.skip()
            }
        }
        if case .stats(var record, _) = reply {
            omissions.apply(toStats: &record)
            return .stats(record, origin: origin)
        }
        if let reply { return reply }
        let value = try unsafe document(text, at: start).value
        if value["connection"] != nil { return .status(DaemonStatus(value)) }
        if let list = value["cpus"]?.string, let names = value["fields"]?.elements {
            guard let cpus = try? CPUSet(kernelList: list) else { throw JSONCursor.Mismatch(offset: start) }
            return .subscription(
                cpus: cpus, fields: FieldSet(names.compactMap { $0.string.flatMap(Field.init(name:)) }),
                position: position(value))
        }
        return .other
    }

    /// Returns the index after which a subscription starts; nil if the daemon does not number records.
    private static func position(_ answer: JSONValue) -> UInt64? {
        if let since = answer["since"]?["index"]?.integer { return UInt64(exactly: since) }
        return answer["next_index"]?.integer.flatMap(UInt64.init(exactly:)).flatMap { $0 > 0 ? $0 - 1 : nil }
    }

    /// Decodes the value of `origin`.
    static func origin(_ cursor: inout JSONCursor) throws(JSONCursor.Mismatch) -> ProcessOrigin {
        let start = cursor.offset
        return ProcessOrigin(try unsafe document(cursor.skip(), at: start).value)
    }

    /// Decodes the value of `error`.
    static func error(_ cursor: inout JSONCursor) throws(JSONCursor.Mismatch) -> ProtocolError {
        let start = cursor.offset
        let value = try unsafe document(cursor.skip(), at: start).value
        let data = value["data"]
        // An unknown name is replaced by the name for the code, or by `internalError`.
        let code = value["code"]?.integer.map(Int.init)
        let name =
            data?["name"]?.string.flatMap(ProtocolError.Name.init)
            ?? ProtocolError.Name.allCases.first { $0.code == code } ?? .internalError
        var error = ProtocolError(name, value["message"]?.string ?? "")
        error.errno = data?["errno"]?.string
        error.field = data?["member"]?.string
        if let limit = data?["limit"]?.string {
            error.limit = ProtocolError.Limit(
                limit, allowed: Int(data?["allowed"]?.integer ?? 0), used: Int(data?["used"]?.integer ?? 0))
        }
        return error
    }

    /// Parses a value with jansson.
    static func document(
        _ text: UnsafeRawBufferPointer, at offset: Int
    ) throws(JSONCursor.Mismatch) -> JSONDocument {
        do throws(JSONDocument.ReadError) {
            return try unsafe JSONDocument(text)
        } catch {
            throw JSONCursor.Mismatch(offset: offset)
        }
    }

    private static func cgroupStats(_ cursor: inout JSONCursor) throws(JSONCursor.Mismatch) -> CgroupStats {
        var stats = CgroupStats(sleeping: 0, running: 0, stopped: 0, uninterruptible: 0, ioWait: 0)
        try unsafe cursor.object { (cursor, name) throws(JSONCursor.Mismatch) in
            switch unsafe KeyName(name) {
            case "nr_sleeping": stats.sleeping = try cursor.unsigned()
            case "nr_running": stats.running = try cursor.unsigned()
            case "nr_stopped": stats.stopped = try cursor.unsigned()
            case "nr_uninterruptible": stats.uninterruptible = try cursor.unsigned()
            case "nr_io_wait": stats.ioWait = try cursor.unsigned()
            default: unsafe try cursor.skip()
            }
        }
        return stats
    }
}

extension LostRecords {
    init?(_ params: JSONValue) {
        let place: Place
        switch params["where"]?.string {
        case "queue": place = .queue
        case "kernel":
            guard let cpu = params["cpu"]?.integer, cpu >= 0 else { return nil }
            place = .kernel(cpu: Int(cpu))
        case "starts": place = .starts
        case "history": place = .history
        default: return nil
        }
        let count = params["count"]?.integer.flatMap(UInt64.init(exactly:))
        if count == nil, place != .history || params["count"] != nil { return nil }
        self.init(place, count: count, index: params["index"]?.integer.flatMap(UInt64.init(exactly:)))
    }
}

extension ProcessStart {
    init?(_ params: JSONValue) {
        func number(_ name: String) -> UInt32? { params[name]?.integer.flatMap(UInt32.init(exactly:)) }
        guard let cpu = params["cpu"]?.integer, cpu >= 0, let pid = number("pid") else { return nil }
        self.init(
            cpu: Int(cpu), sequence: params["seq"]?.integer.flatMap(UInt64.init(exactly:)) ?? 0,
            time: params["time"]?.integer.flatMap(UInt64.init(exactly:)) ?? 0, pid: pid, ppid: number("ppid"),
            uid: number("uid"), gid: number("gid"), commandBytes: params["comm"]?.string.map { Array($0.utf8) },
            origin: params["origin"].map { ProcessOrigin($0) } ?? ProcessOrigin(sources: .init()))
    }
}
