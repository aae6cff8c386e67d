/// A test of whether two samples of one id are of the same task.
///
/// Ids are reused, and differences between two tasks are meaningless. A task that was alive at the first sample is
/// older at the second, by at least the time between them; a task that started later is younger than that. So the age
/// decides, independent of any clock that can be set.
package enum TaskIdentity {
    /// The tolerance of comparisons, which are exact to the microsecond otherwise.
    package static let slackMicroseconds: UInt64 = 2_000

    /// Returns whether a task of that age is the one with the earlier age, after at least this time.
    package static func isSame(age: UInt64, earlier: UInt64, elapsedAtLeast elapsed: UInt64) -> Bool {
        age &+ slackMicroseconds >= earlier &+ elapsed
    }

    /// Returns whether a task of that age started after the earlier sample, after at most this time.
    package static func isNew(age: UInt64, elapsedAtMost elapsed: UInt64) -> Bool {
        age <= elapsed &+ slackMicroseconds
    }
}
