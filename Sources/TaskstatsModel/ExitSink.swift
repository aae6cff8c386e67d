/// Who takes the exit records of all CPUs, in the order in which they were read.
package protocol ExitSink: ~Copyable {
    /// A task ended.
    mutating func exited(_ record: borrowing ExitRecord)
    /// So many records of a CPU are missing here.
    mutating func lost(cpu: Int, count: UInt64)
}
