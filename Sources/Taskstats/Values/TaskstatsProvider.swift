/// A source of statistics: ``TaskstatsClient``, or a substitute in the tests of a program.
///
/// A substitute makes its records with ``TaskRecord/init(kind:values:command:)`` and its errors with
/// ``TaskstatsError/init(_:_:errnoName:parameter:limit:)``. Code that consumes exits can be generic over an
/// `AsyncSequence` of ``TaskstatsClient/Event``, and be tested with an `AsyncStream`.
public protocol TaskstatsProvider: Sendable {
    /// Returns the counters of one task so far, by thread id.
    func stats(ofTask pid: some BinaryInteger & Sendable, fields: FieldSet) async throws -> TaskRecord
    /// Returns the counters of a process so far, summed over its tasks, by process id.
    func stats(ofProcess tgid: some BinaryInteger & Sendable, fields: FieldSet) async throws -> TaskRecord
    /// Returns the number of tasks of a cgroup in each state, by the absolute path of its version 1 directory.
    func stats(ofCgroup path: String) async throws -> CgroupStats
    /// Returns the counters of the connection and, with access to every process, of the daemon.
    func status() async throws -> DaemonStatus
}
