import ArgumentParser
import Glibc
import LinuxSystem
import Taskstats

/// The reconnection of a command that continues when the daemon restarts.
struct Reconnector {
    /// The result of reconnecting.
    enum Outcome {
        /// The connection and its subscription are restored; if resumed, the daemon reports everything in the gap.
        case restored(Gap, isResumed: Bool)
        /// The descriptor became readable first.
        case interrupted(Gap)
    }

    /// The time and number of attempts.
    private let policy: Reconnection

    init(_ policy: Reconnection = .always) { self.policy = policy }

    /// Reconnects after an error, with growing pauses; throws an error that another attempt would not change.
    func restore(
        _ connection: TaskstatsConnection, after error: TaskstatsError, interruptedBy descriptor: Int32
    ) throws(TaskstatsError) -> Outcome {
        var gap = Gap(from: SystemClock.realtimeNanoseconds, to: 0, reason: error.message)
        var (attempt, latest) = (1, error)
        while let pause = policy.delay(beforeAttempt: attempt, after: latest) {
            if attempt == 1 { Console.print("\(error.message); reconnecting") }
            var (isRestored, isResumed) = (false, false)
            if Self.pause(for: pause, unless: descriptor) {
                do throws(TaskstatsError) {
                    switch try connection.reconnect(interruptedBy: descriptor) {
                    case .interrupted: break
                    case .restored(let resumed): (isRestored, isResumed) = (true, resumed)
                    }
                } catch {
                    (attempt, latest) = (attempt + 1, error)
                    continue
                }
            }
            gap.to = SystemClock.realtimeNanoseconds
            return isRestored ? .restored(gap, isResumed: isResumed) : .interrupted(gap)
        }
        throw latest
    }

    /// Returns the gap at the end of a stream that was not restored; nil after another kind of error.
    func finalGap(after error: TaskstatsError) -> Gap? {
        guard policy.delay(beforeAttempt: 1, after: error) != nil else { return nil }
        let now = SystemClock.realtimeNanoseconds
        return Gap(from: now, to: now, reason: error.message)
    }

    /// Waits; returns false if the descriptor became readable.
    private static func pause(for duration: Duration, unless descriptor: Int32) -> Bool {
        var interruption = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&interruption, 1, Int32(clamping: duration.wholeMicroseconds / 1_000)) <= 0
    }
}

/// The option that decides whether a command continues when the daemon restarts.
struct ReconnectOption: ParsableArguments {
    @Flag(help: "Reconnect when taskstatsd restarts, and report the gap.")
    var reconnect = false

    var reconnector: Reconnector? { reconnect ? Reconnector() : nil }
}
