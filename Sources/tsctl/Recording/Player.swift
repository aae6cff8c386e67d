import TaskstatsClient
import TaskstatsProtocol

/// What was recorded, shown like the stream that it was.
///
/// What this release does not know is passed over, what is damaged is told and counted, and what is good is shown.
struct Player: ~Copyable {
    private static let mostTold = 10

    private let conditions: FieldSet
    private let shownFields: FieldSet
    private let jsonFields: FieldSet?
    private var wanted: RecordedExits
    private var view: StreamView
    private var context = SummaryContext(elapsedMicroseconds: 0)
    private var header: RecordingHeader?
    private var span: (first: UInt64, last: UInt64)?
    /// What stands in the recording since its header.
    private var exits: UInt64 = 0
    private var lost: UInt64 = 0
    private var isEnded = true
    private var damages: UInt64 = 0

    /// Shows what satisfies the filter on a view; `jsonFields` are those that lines of JSON are cut down to.
    init(
        _ filter: RecordFilter, cpus: CPUSet?, scope: RecordScope?, view: consuming StreamView, shownFields: FieldSet,
        jsonFields: FieldSet?
    ) {
        conditions = RecordedExits.members(of: filter)
        wanted = RecordedExits(cpus: cpus, scope: scope, filter: filter)
        self.shownFields = shownFields
        self.jsonFields = jsonFields
        self.view = view
        self.view.begin()
    }

    /// What the recording says of itself; another one may follow in the same file.
    mutating func begin(_ header: RecordingHeader) throws(Failure) {
        tellIfNotEnded()
        let recorded = header.subscription.fields
        let lacking = conditions.subtracting(recorded)
        guard lacking.isEmpty else {
            throw Failure("the recording lacks \(Self.names(lacking)), which the conditions ask about")
        }
        let unseen = shownFields.subtracting(recorded)
        if !unseen.isEmpty, shownFields != .all { Console.say("the recording lacks \(Self.names(unseen))") }
        if header.hello.delayAccounting == false, !shownFields.intersection(DelayAccountingHint.affected).isEmpty {
            Console.say("delay accounting was off, so all delays but the one for the CPU read 0")
        }
        self.header = header
        (exits, lost, isEnded) = (0, 0, false)
        context.host = header.host
        context.access = header.hello.access.rawValue
        context.delayAccounting = header.hello.delayAccounting
        reach(header.start)
    }

    /// A task ended; `text` is what the daemon wrote of it, when there is such.
    mutating func exit(_ record: ExitRecord, text: [UInt8]? = nil) throws(StandardOutput.Stop) {
        exits += 1
        reach(record.time)
        guard wanted.want(record) else { return }
        if !view.wantsText {
            view.exit(record)
        } else if let text, jsonFields == nil {
            view.exit(text: text)
        } else {
            view.exit(text: record.json(fields: jsonFields ?? .all))
        }
        if view.isFull { try view.flush() }
    }

    /// Records are missing here.
    mutating func lost(_ loss: LostRecords) throws(StandardOutput.Stop) {
        lost &+= loss.count
        if wanted.want(loss) { try view.lost(loss) }
    }

    /// The recording was ended here.
    mutating func end(_ footer: RecordingFooter) throws(StandardOutput.Stop) {
        reach(footer.time)
        isEnded = true
        if header != nil, footer.exits != exits || footer.lost != lost {
            try damaged(
                "the recording counts \(footer.exits) exits and \(footer.lost) lost, "
                    + "but holds \(exits) and \(lost)")
        }
    }

    /// Something that cannot be read: the first few are told, all are counted.
    mutating func damaged(_ text: String) throws(StandardOutput.Stop) {
        damages += 1
        if damages <= Self.mostTold { try view.flush() }
        if damages <= Self.mostTold { Console.say(text) }
        if damages == Self.mostTold + 1 { Console.say("further damage is only counted") }
    }

    /// Writes what was gathered so far.
    mutating func flush() throws(StandardOutput.Stop) { try view.flush() }

    /// Whether anything was there that can be played.
    var isAnythingRead: Bool { header != nil || exits > 0 || lost > 0 }

    /// Shows what stands at the end, and says what is missing.
    mutating func finish(asJSON: Bool) throws {
        tellIfNotEnded()
        if wanted.undecided > 0 {
            Console.say(
                "\(wanted.undecided) records do not say whether a process ended with them, as struct versions below 12; "
                    + "they are not shown")
        }
        context.isComplete = damages == 0 && isEnded
        context.elapsedMicroseconds = span.map { $0.last > $0.first ? ($0.last - $0.first) / 1_000 : 0 } ?? 0
        try view.end(context, asJSON: asJSON)
        try view.flush()
        if damages > 0 {
            throw Failure("\(damages) damaged \(damages == 1 ? "place" : "places"); what is good was shown")
        }
    }

    private func tellIfNotEnded() {
        guard !isEnded else { return }
        let last = span.map { ", the last it holds is of \(LocalClock.dateAndTime(seconds: $0.last / 1_000_000_000))" }
        Console.say("the recording was cut off\(last ?? "")")
    }

    private mutating func reach(_ time: UInt64) {
        guard time > 0 else { return }
        span = span.map { (min($0.first, time), max($0.last, time)) } ?? (time, time)
    }

    private static func names(_ fields: FieldSet) -> String { fields.map(\.name).joined(separator: ", ") }
}
