import TaskstatsModel

/// Decodes the daemon's lines, leniently: unknown keys and unknown notifications are skipped.
///
/// ``JSONCursor`` decodes `exit` lines and statistics in one pass, because their counters exceed jansson's range and
/// because they are frequent. jansson decodes everything else, which is rare and small.
package enum EventReader {
    /// A line that no daemon of this protocol sends.
    package struct Malformed: Error, Hashable {
        /// A description of the problem.
        package var problem: String
    }

    /// Decodes one line, without its newline.
    package static func read(_ line: UnsafeRawBufferPointer) throws(Malformed) -> ServerEvent {
        do throws(JSONCursor.Mismatch) {
            return try unsafe envelope(line)
        } catch {
            throw Malformed(problem: "unexpected text at byte \(error.offset)")
        }
    }

    /// Keys may come in any order; in the daemon's order, with `method` and `id` first, nothing is read twice.
    private static func envelope(_ line: UnsafeRawBufferPointer) throws(JSONCursor.Mismatch) -> ServerEvent {
        var event: ServerEvent?
        var method: UnsafeRawBufferPointer?
        var id: Int64?
        var early: (params: UnsafeRawBufferPointer?, result: UnsafeRawBufferPointer?, error: ProtocolError?)
        var cursor = unsafe JSONCursor(line)
        try unsafe cursor.object { (cursor, name) throws(JSONCursor.Mismatch) in
            switch unsafe KeyName(name) {
            case "method":
                unsafe method = try cursor.rawString()
            case "id":
                if cursor.peek() == UInt8(ascii: "n") { unsafe try cursor.skip() } else { id = try cursor.signed() }
            case "params":
                if let method = unsafe method {
                    event = try unsafe notification(method, &cursor)
                } else {
                    unsafe early.params = try cursor.skip()
                }
            case "result":
                if let id {
                    event = .reply(id: id, try ReplyReader.result(&cursor))
                } else {
                    unsafe early.result = try cursor.skip()
                }
            case "error":
                unsafe early.error = try ReplyReader.error(&cursor)
            default:
                unsafe try cursor.skip()
            }
        }
        guard cursor.peek() == nil else { throw JSONCursor.Mismatch(offset: cursor.offset) }
        if let event { return event }
        if let error = unsafe early.error { return id.map { .reply(id: $0, .error(error)) } ?? .refusal(error) }
        if let method = unsafe method, let params = unsafe early.params {
            var cursor = unsafe JSONCursor(params)
            return try unsafe notification(method, &cursor)
        }
        if let id, let result = unsafe early.result {
            var cursor = unsafe JSONCursor(result)
            return .reply(id: id, try ReplyReader.result(&cursor))
        }
        return .unknown
    }

    private static func notification(
        _ method: UnsafeRawBufferPointer, _ cursor: inout JSONCursor
    ) throws(JSONCursor.Mismatch) -> ServerEvent {
        if unsafe method.elementsEqual("exit".utf8) { return .exit(try ExitReader.read(&cursor)) }
        let start = cursor.offset
        let params = try unsafe ReplyReader.document(cursor.skip(), at: start).value
        switch unsafe String(decoding: method, as: UTF8.self) {
        case "hello":
            guard let server = ServerInfo(params) else { throw JSONCursor.Mismatch(offset: start) }
            return .hello(server)
        case "start":
            guard let started = ProcessStart(params) else { throw JSONCursor.Mismatch(offset: start) }
            return .start(started)
        case "live":
            guard let index = params["index"]?.integer.flatMap(UInt64.init(exactly:)) else {
                throw JSONCursor.Mismatch(offset: start)
            }
            return .live(index: index)
        case "closing":
            return .closing(params["reason"]?.string ?? "")
        case "lost":
            guard let loss = LostRecords(params) else { throw JSONCursor.Mismatch(offset: start) }
            return .lost(loss)
        default:
            return .unknown
        }
    }
}

/// Decodes the `params` of an `exit` line.
enum ExitReader {
    static func read(
        _ cursor: inout JSONCursor, origin part: EventReader.OriginPart = .all
    ) throws(JSONCursor.Mismatch) -> ExitRecord {
        var exit = ExitRecord(
            cpu: ExitRecord.unknownCPU, sequence: 0, time: 0, pid: 0, tgid: nil, isLast: nil, exit: nil,
            task: TaskRecord(kind: .task), process: nil)
        var omissions = OmissionsReader()
        try unsafe cursor.object { (cursor, name) throws(JSONCursor.Mismatch) in
            switch unsafe KeyName(name) {
            case "cpu": exit.cpu = Int(try cursor.unsigned(through: UInt64(Int.max)))
            case "seq": exit.sequence = try cursor.unsigned()
            case "index": exit.index = try cursor.unsigned()
            case "time": exit.time = try cursor.unsigned()
            case "pid": exit.pid = UInt32(try cursor.unsigned(through: UInt64(UInt32.max)))
            case "tgid": exit.tgid = UInt32(try cursor.unsigned(through: UInt64(UInt32.max)))
            case "last": exit.isLast = try cursor.bool()
            case "exit": exit.exit = try status(&cursor)
            case "redacted": try readRedacted(&cursor, into: &exit)
            case "stats": exit.task = try StatsReader.read(&cursor, kind: .task)
            case "tgid_stats": exit.process = try StatsReader.read(&cursor, kind: .process)
            case "uncounted": try omissions.readUncounted(&cursor)
            case "implausible": try omissions.readImplausible(&cursor)
            case "origin":
                exit.origin = try part == .all ? ReplyReader.origin(&cursor) : originOfCgroup(&cursor)
            default: unsafe try cursor.skip()
            }
        }
        omissions.apply(toStats: &exit.task)
        omissions.apply(toProcess: &exit.process)
        return exit
    }

    /// Decodes only the control group of an origin.
    private static func originOfCgroup(_ cursor: inout JSONCursor) throws(JSONCursor.Mismatch) -> ProcessOrigin? {
        var path: String?
        try unsafe cursor.object { (cursor, name) throws(JSONCursor.Mismatch) in
            if unsafe "cgroup" ~= KeyName(name) { path = try cursor.string() } else { unsafe try cursor.skip() }
        }
        return path.map { ProcessOrigin(cgroup: ControlGroup(path: $0), sources: ProcessOrigin.Sources()) }
    }

    private static func status(_ cursor: inout JSONCursor) throws(JSONCursor.Mismatch) -> ExitStatus? {
        var code: UInt8?
        var signal: UInt8?
        var coreDumped = false
        try unsafe cursor.object { (cursor, name) throws(JSONCursor.Mismatch) in
            switch unsafe KeyName(name) {
            case "code": code = UInt8(try cursor.unsigned(through: 255))
            case "signal": signal = UInt8(try cursor.unsigned(through: 255))
            case "core": coreDumped = try cursor.bool()
            default: unsafe try cursor.skip()
            }
        }
        if let signal { return .signal(signal, coreDumped: coreDumped) }
        return code.map(ExitStatus.code)
    }

    private static func readRedacted(
        _ cursor: inout JSONCursor, into exit: inout ExitRecord
    ) throws(JSONCursor.Mismatch) {
        try cursor.expect(UInt8(ascii: "["))
        if cursor.take(UInt8(ascii: "]")) { return }
        repeat {
            let name = try cursor.string()
            if name == RecordEncoder.processKey { exit.isProcessWithheld = true }
            if let group = FieldGroup(rawValue: name) { exit.redacted.append(group) }
        } while cursor.take(UInt8(ascii: ","))
        try cursor.expect(UInt8(ascii: "]"))
    }
}

/// A key that a switch can match without creating a String.
@safe struct KeyName {
    private let bytes: UnsafeRawBufferPointer

    init(_ bytes: UnsafeRawBufferPointer) { unsafe self.bytes = bytes }

    static func ~= (pattern: StaticString, name: KeyName) -> Bool {
        unsafe name.bytes.elementsEqual(
            UnsafeRawBufferPointer(start: pattern.utf8Start, count: pattern.utf8CodeUnitCount))
    }
}
