import Taskstats
import TaskstatsProtocol

/// Messages about lost records.
enum LossText {
    /// Returns a text like "lost 144 records between the kernel and taskstatsd on CPU 1".
    static func of(_ lost: LostRecords) -> String {
        let count = "lost \(lost.count) \(lost.count == 1 ? "record" : "records")"
        switch lost.place {
        case .kernel(let cpu): return "\(count) between the kernel and taskstatsd on CPU \(cpu)"
        case .queue: return "\(count) between taskstatsd and tsctl, which did not read fast enough"
        }
    }

    /// Returns a line of JSON that no exit looks like, with the keys of the protocol's own `lost`.
    static func json(_ lost: LostRecords) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.key("lost")
            writer.object { writer in
                switch lost.place {
                case .kernel(let cpu):
                    writer.field("where", "kernel")
                    writer.field("cpu", cpu)
                case .queue:
                    writer.field("where", "queue")
                }
                writer.field("count", lost.count)
            }
        }
        return writer.finish().array
    }

    /// Returns the final message: "12 records shown, none lost".
    static func summary(_ count: UInt64, _ done: String, lost: UInt64, gaps: GapTotal = GapTotal()) -> String {
        "\(count) \(count == 1 ? "record" : "records") \(done), \(lost == 0 ? "none" : "\(lost)") lost\(gaps.suffix)"
    }
}
