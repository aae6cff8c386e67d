import TaskstatsClient

/// What is said, once, when the kernel does not count most delays: reading 0 for them would mislead.
enum DelayAccountingHint {
    static let text =
        "delay accounting is off, so all delays but the one for the CPU read 0; "
        + "turn it on with 'sysctl kernel.task_delayacct=1', for tasks that start after that"

    /// The members that are counted only with delay accounting.
    static let affected = FieldSet(
        Field.allCases.filter { ($0.group == .delay || $0.group == .extreme) && !$0.name.hasPrefix("cpu_") })

    static func sayIfNeeded(_ server: ServerInfo, fields: FieldSet) {
        if server.delayAccounting == false, !fields.intersection(affected).isEmpty { Console.say(text) }
    }
}
