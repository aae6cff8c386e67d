import TaskstatsModel

/// Decodes `uncounted` and `implausible`, which may come before or after the statistics that they refer to.
struct OmissionsReader {
    private var uncounted: (stats: Bool, process: Bool) = (false, false)
    private var implausible: (stats: TaskRecord?, process: TaskRecord?)

    /// Decodes the value of `uncounted`.
    mutating func readUncounted(_ cursor: inout JSONCursor) throws(JSONCursor.Mismatch) {
        try cursor.expect(UInt8(ascii: "["))
        if cursor.take(UInt8(ascii: "]")) { return }
        repeat {
            switch try cursor.string() {
            case "stats": uncounted.stats = true
            case RecordEncoder.processKey: uncounted.process = true
            default: break
            }
        } while cursor.take(UInt8(ascii: ","))
        try cursor.expect(UInt8(ascii: "]"))
    }

    /// Decodes the value of `implausible`.
    mutating func readImplausible(_ cursor: inout JSONCursor) throws(JSONCursor.Mismatch) {
        try unsafe cursor.object { (cursor, name) throws(JSONCursor.Mismatch) in
            switch unsafe KeyName(name) {
            case "stats": implausible.stats = try StatsReader.read(&cursor, kind: .task)
            case "tgid_stats": implausible.process = try StatsReader.read(&cursor, kind: .process)
            default: unsafe try cursor.skip()
            }
        }
    }

    /// Completes the statistics with the key `stats`.
    func apply(toStats record: inout TaskRecord) { Self.apply(uncounted.stats, implausible.stats, to: &record) }

    /// Completes the statistics with the key `tgid_stats`, if any.
    func apply(toProcess record: inout TaskRecord?) {
        guard uncounted.process || implausible.process != nil, var process = record else { return }
        Self.apply(uncounted.process, implausible.process, to: &process)
        record = process
    }

    private static func apply(_ isUncounted: Bool, _ implausible: TaskRecord?, to record: inout TaskRecord) {
        record.hasUncountedDelays = isUncounted
        guard let implausible else { return }
        for field in implausible.present {
            if let value = implausible[field] { record.setImplausible(field, to: value) }
        }
    }
}
