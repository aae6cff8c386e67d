/// The result of a check.
enum Verdict: String, CaseIterable {
    /// Everything is in order.
    case ok
    /// It works, but something is missing or misleading.
    case warning
    /// It does not work.
    case failed
    /// The check is not possible from here.
    case unknown
}

/// The result of one check, with the fix of a problem.
struct Finding: Equatable {
    let check: String
    let verdict: Verdict
    let text: String
    /// The command or step that fixes the problem; nil if there is none.
    let fix: String?

    static func ok(_ check: String, _ text: String) -> Finding {
        Finding(check: check, verdict: .ok, text: text, fix: nil)
    }

    static func warning(_ check: String, _ text: String, fix: String) -> Finding {
        Finding(check: check, verdict: .warning, text: text, fix: fix)
    }

    static func failed(_ check: String, _ text: String, fix: String) -> Finding {
        Finding(check: check, verdict: .failed, text: text, fix: fix)
    }

    static func unknown(_ check: String, _ text: String) -> Finding {
        Finding(check: check, verdict: .unknown, text: text, fix: nil)
    }
}

/// A check: a value made of facts, whose evaluation has no side effects.
protocol Check {
    var finding: Finding { get }
}
