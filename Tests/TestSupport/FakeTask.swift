import TaskstatsModel

/// A task known to the fake kernel, running or ending.
package struct FakeTask: Sendable {
    /// The thread id.
    package var pid: UInt32
    /// The process id.
    package var tgid: UInt32
    /// The command name.
    package var command: String
    /// Whether the process has, or had, several threads, which makes its records cost more of a receive buffer.
    package var isThreaded: Bool
    /// Further fields of its statistics.
    package var values: [Field: UInt64]

    /// Creates a process of one thread, or a thread of another process.
    package init(
        pid: UInt32, tgid: UInt32? = nil, command: String = "task", isThreaded: Bool? = nil,
        _ values: [Field: UInt64] = [:]
    ) {
        self.pid = pid
        self.tgid = tgid ?? pid
        self.command = command
        self.isThreaded = isThreaded ?? (tgid != nil)
        self.values = values
    }

    /// Returns its struct taskstats.
    func statistics(version: UInt16) -> [UInt8] {
        let identity: [Field: UInt64] = [.acPid: UInt64(pid), .acTgid: UInt64(tgid)]
        return MessageBuilder.taskstats(
            version: version, command: command, values.merging(identity) { given, _ in given })
    }
}
