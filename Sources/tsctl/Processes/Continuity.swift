/// Whether two looks at one id saw the same task.
///
/// Ids are used again, and differences between two tasks mean nothing.
/// A task that lived at the first look is older at the second by at least the time between them; one that began since
/// then is not as old as that time. So its age tells, and no clock that somebody can set has a part in it.
enum Continuity {
    /// By how much times can be off that are compared to the microsecond.
    static let slackMicroseconds: UInt64 = 2_000

    /// Whether a task of that age is the one that had the earlier age, when this much time has passed at least.
    static func isSame(age: UInt64, earlier: UInt64, elapsedAtLeast elapsed: UInt64) -> Bool {
        age &+ slackMicroseconds >= earlier &+ elapsed
    }

    /// Whether a task of that age began since the earlier look, when this much time has passed at most.
    static func isNew(age: UInt64, elapsedAtMost elapsed: UInt64) -> Bool {
        age <= elapsed &+ slackMicroseconds
    }
}
