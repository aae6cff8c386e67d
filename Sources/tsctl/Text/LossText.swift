import TaskstatsClient

/// What is said of records that are missing.
enum LossText {
    /// "lost 144 records between the kernel and taskstatsd on CPU 1".
    static func of(_ lost: LostRecords) -> String {
        let count = "lost \(lost.count) \(lost.count == 1 ? "record" : "records")"
        switch lost.place {
        case .kernel(let cpu): return "\(count) between the kernel and taskstatsd on CPU \(cpu)"
        case .queue: return "\(count) between taskstatsd and tsctl, which did not read fast enough"
        }
    }

    /// What watch says at its end: "12 records shown, none lost".
    static func summary(shown: UInt64, lost: UInt64) -> String {
        "\(shown) \(shown == 1 ? "record" : "records") shown, \(lost == 0 ? "none" : "\(lost)") lost"
    }
}
