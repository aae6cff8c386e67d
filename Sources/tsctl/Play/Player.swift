import CommandSupport
import Taskstats
import TaskstatsProtocol

/// A player that shows a recording like the original stream.
///
/// Unknown lines are skipped, damage is reported and counted, and undamaged records are shown.
struct Player: ~Copyable {
    static let reportLimit = 10

    private let conditions: FieldSet
    private let originCondition: String?
    private let shownFields: FieldSet
    private let showsOrigin: Bool
    private let jsonFields: FieldSet?
    private var selection: RecordedExits
    private var view: StreamView
    private var context = SummaryContext(elapsedMicroseconds: 0)
    private var header: RecordingHeader?
    private var span: (first: UInt64, last: UInt64)?
    /// The counts in the recording since its header.
    private var exits: UInt64 = 0
    private var lost: UInt64 = 0
    private var isEnded = true
    private var damages: UInt64 = 0
    /// Whether each recording is played from its beginning to its end, so that its footer can be checked.
    private let isWhole: Bool
    private var notices: Set<String> = []

    /// Creates a player for the records that match the filter; `jsonFields` are the fields of JSON lines.
    init(
        _ filter: RecordFilter, cpus: CPUSet?, scope: RecordScope?, view: consuming StreamView, shownFields: FieldSet,
        showsOrigin: Bool, jsonFields: FieldSet?, isWhole: Bool = true
    ) {
        self.isWhole = isWhole
        conditions = RecordedExits.fields(of: filter)
        originCondition = filter.originConditions.first
        selection = RecordedExits(cpus: cpus, scope: scope, filter: filter)
        self.shownFields = shownFields
        self.showsOrigin = showsOrigin
        self.jsonFields = jsonFields
        self.view = view
        self.view.begin()
    }

    /// Processes a header; a file can contain several recordings.
    mutating func begin(_ header: RecordingHeader) throws(Failure) {
        reportIfNotEnded()
        let recorded = header.subscription.fields
        let missing = conditions.subtracting(recorded)
        guard missing.isEmpty else {
            throw Failure("the recording lacks \(Self.names(missing)), which the conditions need")
        }
        if !header.subscription.origin {
            if let originCondition {
                throw Failure(
                    "the recording lacks the origin of processes, which the condition \(originCondition) needs")
            }
            if showsOrigin { notice("the recording lacks the origin of processes") }
        }
        let unseen = shownFields.subtracting(recorded)
        if !unseen.isEmpty, shownFields != .all { notice("the recording lacks \(Self.names(unseen))") }
        if header.server.delayAccounting == false { reportDelayAccountingOff(nil) }
        view.tick = header.server.tick ?? CPUTime.longestTick
        view.setSource(instance: header.server.instance, host: header.host)
        self.header = header
        (exits, lost, isEnded) = (0, 0, !isWhole)
        context.host = header.host
        context.access = header.server.access.rawValue
        context.delayAccounting = header.server.delayAccounting
        if isWhole {
            extendSpan(to: header.start)
            view.begin(at: header.start)
        }
    }

    /// Sets the start of the period that is shown.
    mutating func begin(at time: UInt64) { view.begin(at: time) }

    /// Processes an exit; `text` is the daemon's text, if there is one.
    mutating func exit(_ record: ExitRecord, text: [UInt8]? = nil) throws(StandardOutput.Stop) {
        exits += 1
        extendSpan(to: record.time)
        guard selection.selects(record) else { return }
        if !view.wantsText {
            view.exit(record)
        } else if let text, jsonFields == nil {
            view.exit(text: text)
        } else {
            view.exit(text: record.json(fields: jsonFields ?? .all))
        }
        if view.isFull { try view.flush() }
    }

    /// Processes a loss of records.
    mutating func lost(_ loss: LostRecords) throws(StandardOutput.Stop) {
        lost &+= loss.count ?? 0
        if selection.selects(loss) { try view.lost(loss) }
    }

    /// Processes a gap in the connection.
    mutating func gap(_ gap: RecordingGap) throws(StandardOutput.Stop) {
        extendSpan(to: gap.to)
        if let successor = gap.successor {
            if successor.access != .all { context.access = successor.access.rawValue }
            if successor.delayAccounting == false { reportDelayAccountingOff("from here on") }
            if successor.delayAccounting != context.delayAccounting { context.delayAccounting = nil }
        }
        try view.gap(Gap(from: gap.from, to: gap.to, reason: gap.reason))
        if let successor = gap.successor { view.setSource(instance: successor.instance) }
    }

    /// Processes the footer.
    mutating func end(_ footer: RecordingFooter) throws(StandardOutput.Stop) {
        guard isWhole else { return }
        extendSpan(to: footer.time)
        isEnded = true
        if header != nil, footer.exits != exits || footer.lost != lost {
            try damaged(
                "the footer counts \(footer.exits) exits and \(footer.lost) lost, "
                    + "but the recording contains \(exits) and \(lost)")
        }
    }

    /// Reports damage: prints the first few messages and counts all.
    mutating func damaged(_ text: String) throws(StandardOutput.Stop) {
        damages += 1
        if damages <= Self.reportLimit { try view.flush() }
        if damages <= Self.reportLimit { Console.print(text) }
        if damages == Self.reportLimit + 1 { Console.print("further damage is counted but not reported") }
    }

    /// Writes the buffered output.
    mutating func flush() throws(StandardOutput.Stop) { try view.flush() }

    /// Whether the recording contained anything that can be shown.
    var isAnythingRead: Bool { header != nil || exits > 0 || lost > 0 }

    /// Shows the summary, if there is one, and reports what is missing.
    mutating func finish(as form: OutputForm) throws {
        reportIfNotEnded()
        if selection.undecided > 0 {
            Console.print(
                "\(selection.undecided) records do not show whether a process ended (struct version below 12) "
                    + "and are omitted")
        }
        context.isComplete = damages == 0 && isEnded
        context.elapsedMicroseconds = span.map { $0.last > $0.first ? ($0.last - $0.first) / 1_000 : 0 } ?? 0
        try view.end(context, as: form)
        try view.flush()
        if damages > 0 {
            throw Failure("\(damages) damaged \(damages == 1 ? "place" : "places"); the undamaged records were shown")
        }
    }

    private mutating func reportDelayAccountingOff(_ since: String?) {
        guard !shownFields.intersection(DelayAccountingHint.affected).isEmpty else { return }
        let since = since.map { " \($0)" } ?? ""
        notice("delay accounting was off\(since), so only waits for a CPU are counted")
    }

    /// Prints a message, once if the same applies to several recordings.
    private mutating func notice(_ text: String) {
        if notices.insert(text).inserted || isWhole { Console.print(text) }
    }

    /// The number of shown exits.
    var shown: UInt64 { view.shown }

    /// The final message.
    var result: String { view.result }

    private func reportIfNotEnded() {
        guard !isEnded else { return }
        Self.reportTruncated(after: span?.last)
    }

    /// Reports a recording that has no end, with the time of its last record in nanoseconds.
    static func reportTruncated(after time: UInt64?) {
        let last = time.map { "; its last record is from \(LocalClock.dateAndTime(seconds: $0 / 1_000_000_000))" }
        Console.print("the recording is truncated\(last ?? "")")
    }

    private mutating func extendSpan(to time: UInt64) {
        guard time > 0 else { return }
        span = span.map { (min($0.first, time), max($0.last, time)) } ?? (time, time)
    }

    private static func names(_ fields: FieldSet) -> String { fields.map(\.name).joined(separator: ", ") }
}
