import Taskstats
import TaskstatsProtocol

/// A period without a connection to the daemon, in which an unknown number of records is missing.
struct Gap: Equatable {
    /// The time when the connection ended, in nanoseconds since 1970.
    var from: UInt64
    /// The time when it was restored, or no longer needed.
    var to: UInt64
    /// The reason why it ended.
    var reason: String

    var microseconds: UInt64 { to > from ? (to - from) / 1_000 : 0 }

    /// "no connection to taskstatsd for 3.2 s".
    var text: String { "no connection to taskstatsd for \(DecimalText.seconds(microseconds: microseconds))" }

    /// The text for a stream of records.
    var textOfStream: String { "\(text): tasks that ended in this time are missing" }

    /// A line of JSON without the keys of an exit.
    var json: [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.key("gap")
            writer.object { writer in
                writer.field("from", from)
                writer.field("to", to)
                writer.field("reason", reason)
            }
        }
        return writer.finish().array
    }
}

/// The total of all gaps in a stream.
struct GapTotal: Equatable {
    private(set) var count: UInt64 = 0
    private(set) var microseconds: UInt64 = 0
    /// The number of losses of unknown size.
    private var unknownLosses: UInt64 = 0

    /// Whether no unknown number of records is missing.
    var isEmpty: Bool { count == 0 && unknownLosses == 0 }

    /// Adds a loss if its size is not known.
    mutating func add(_ loss: LostRecords) {
        if loss.count == nil { unknownLosses += 1 }
    }

    mutating func add(_ gap: Gap) {
        count += 1
        microseconds &+= gap.microseconds
    }

    /// ", 2 gaps of 3.2 s without a connection"; empty without a gap.
    var suffix: String { connectionSuffix + (unknownLosses > 0 ? ", and an unknown number that is not kept" : "") }

    private var connectionSuffix: String {
        guard count > 0 else { return "" }
        let gaps = count == 1 ? "1 gap" : "\(count) gaps"
        return ", \(gaps) of \(DecimalText.seconds(microseconds: microseconds)) without a connection"
    }
}

/// Messages about lost records.
enum LossText {
    /// Returns a text like "lost 144 records between the kernel and taskstatsd on CPU 1".
    static func of(_ lost: LostRecords) -> String {
        if lost.count == nil { return "\(lost) is missing, which taskstatsd does not keep" }
        let count = "lost \(lost)"
        switch lost.place {
        case .kernel(let cpu): return "\(count) between the kernel and taskstatsd on CPU \(cpu)"
        case .starts: return "\(count) between the kernel and taskstatsd"
        case .history: return "\(count) that taskstatsd no longer keeps"
        case .queue: return "\(count) between taskstatsd and tsctl, which did not read fast enough"
        }
    }

    /// Returns a line of JSON without the keys of an exit, with those of the protocol's own `lost`.
    static func json(_ lost: LostRecords) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.key("lost")
            writer.object { writer in
                switch lost.place {
                case .kernel(let cpu):
                    writer.field("where", "kernel")
                    writer.field("cpu", cpu)
                case .starts:
                    writer.field("where", "starts")
                case .queue:
                    writer.field("where", "queue")
                case .history:
                    writer.field("where", "history")
                }
                if let count = lost.count { writer.field("count", count) }
                if let index = lost.index { writer.field("index", index) }
            }
        }
        return writer.finish().array
    }

    /// Returns the final message: "12 records shown, none lost", with starts "12 records and 3 starts shown, none lost".
    static func summary(
        _ count: UInt64, _ done: String, lost: UInt64, gaps: GapTotal = GapTotal(), starts: StartCounts? = nil
    ) -> String {
        let records = number(count, "record")
        guard let starts else { return "\(records) \(done), \(lost == 0 ? "none" : "\(lost)") lost\(gaps.suffix)" }
        let losses =
            lost == 0 && starts.lost == 0 ? "none" : "\(number(lost, "record")) and \(number(starts.lost, "start"))"
        return "\(records) and \(number(starts.shown, "start")) \(done), \(losses) lost\(gaps.suffix)"
    }

    private static func number(_ count: UInt64, _ one: String) -> String { "\(count) \(count == 1 ? one : one + "s")" }
}

/// The numbers of starts in a stream.
struct StartCounts: Equatable {
    var shown: UInt64 = 0
    var lost: UInt64 = 0
}
