import Glibc

/// An event that did not occur in time.
package struct TimedOut: Error, CustomStringConvertible {
    package let description: String

    /// Creates the error, with what was awaited.
    package init(_ limit: Duration, waitingFor event: String) {
        description = "timed out after \(limit), waiting for \(event)"
    }

    /// Adds a sentence to an error.
    package init(_ error: TimedOut, saying addition: String) { description = "\(error.description); \(addition)" }
}

/// A point in time by which an awaited event must have occurred.
package struct Deadline: Sendable {
    /// The time after which something hangs, however slow the machine is.
    package static let usualLimit: Duration = .seconds(120)

    private let limit: Duration
    private let end: ContinuousClock.Instant

    /// Creates a deadline that is so far away.
    package init(_ limit: Duration = usualLimit) {
        self.limit = limit
        end = .now + limit
    }

    /// Whether the time is over.
    package var isOver: Bool { ContinuousClock.now >= end }

    /// The remaining time for poll(2), at least a millisecond.
    package var remainingMilliseconds: Int32 {
        Int32(max(1, min(3_600_000, (end - .now) / .milliseconds(1))))
    }

    /// Throws when the time is over.
    package func check(_ event: @autoclosure () -> String) throws {
        if isOver { throw TimedOut(limit, waitingFor: event()) }
    }

    /// Waits until the descriptor has one of these poll(2) events; throws when it is too late.
    package func wait(for events: Int32, on descriptor: Int32, _ event: @autoclosure () -> String) throws {
        var entry = pollfd(fd: descriptor, events: Int16(events), revents: 0)
        while unsafe poll(&entry, 1, remainingMilliseconds) < 1 { try check(event()) }
    }
}

/// Waits until the condition is true, which is checked again and again; throws when it is too late.
package func wait(
    for event: @autoclosure () -> String, within limit: Duration = Deadline.usualLimit,
    until condition: () throws -> Bool
) throws {
    let deadline = Deadline(limit)
    while try !condition() {
        try deadline.check(event())
        sched_yield()
    }
}
