/// A place for a recording, which takes whole lines from the writing thread.
protocol RecordingSink: ~Copyable {
    /// The time that a write waits for a stalled reader.
    var timeout: OutputTimeout { get set }
    /// The number of bytes written so far; 0 if there is no regular file.
    var size: UInt64 { get }
    /// The time at which `commit` must be called; nil if it need not.
    var commitDeadline: ContinuousClock.Instant? { get }

    /// Takes whole lines.
    mutating func write(_ lines: [UInt8]) throws(StandardOutput.Stop)
    /// Makes readable what was written so far.
    mutating func commit() throws(StandardOutput.Stop)
    /// Ends the recording.
    mutating func finish() throws(StandardOutput.Stop)
}
