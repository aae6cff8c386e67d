import LinuxSystem
import Logging

/// Limits how often refusals are logged; it decides, and logs nothing itself.
///
/// A client can cause any number of refusals. The first few of each second are logged, and the number of the others
/// follows when the second is over.
struct RefusalLog {
    private static let messagesPerSecond = 5
    private static let second: UInt64 = 1_000_000_000

    private var beganAt: UInt64 = 0
    private var logged = 0
    private var suppressed: UInt64 = 0

    /// Counts a refusal and returns whether to log it.
    mutating func mayLog(at now: UInt64) -> Bool {
        // A second with suppressed messages ends with their summary.
        if now >= beganAt + Self.second, suppressed == 0 { (beganAt, logged) = (now, 0) }
        guard logged < Self.messagesPerSecond else {
            suppressed += 1
            return false
        }
        logged += 1
        return true
    }

    /// When a summary is due; nil when there is nothing to report.
    var dueAt: UInt64? { suppressed > 0 ? beganAt + Self.second : nil }

    /// Returns the number of suppressed refusals if a summary is due.
    mutating func takeSummary(at now: UInt64) -> UInt64? {
        guard let dueAt, dueAt <= now else { return nil }
        defer { (beganAt, logged, suppressed) = (now, 0, 0) }
        return suppressed
    }
}

/// Rate-limited logging of refusals, which clients can cause at will.
extension Daemon {
    /// Logs a refusal, unless there were too many recently.
    func logRefusal(
        _ level: Logger.Level, _ message: Logger.Message, _ metadata: @autoclosure () -> Logger.Metadata
    ) {
        guard log.logLevel <= level, refusalLog.mayLog(at: SystemClock.monotonicNanoseconds) else { return }
        log.log(level: level, message, metadata: metadata())
    }

    /// Reports the number of suppressed refusals if a summary is due.
    func reportRefusals() {
        guard refusalLog.dueAt != nil, let count = refusalLog.takeSummary(at: SystemClock.monotonicNanoseconds) else {
            return
        }
        log.info("refused \(count) more connections, lines or requests")
    }
}
