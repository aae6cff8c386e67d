/// What a check came to.
enum Verdict: String, CaseIterable {
    /// As it should be.
    case ok
    /// It works, and something is missing or misleading.
    case warning
    /// It does not work.
    case failed
    /// Nobody here can tell.
    case unknown
}

/// The result of one check: what is so, and what mends it.
struct Finding: Equatable {
    let check: String
    let verdict: Verdict
    let text: String
    /// The command, or the step, that mends it; nil when there is nothing to mend.
    let mend: String?

    static func ok(_ check: String, _ text: String) -> Finding {
        Finding(check: check, verdict: .ok, text: text, mend: nil)
    }

    static func warning(_ check: String, _ text: String, mend: String) -> Finding {
        Finding(check: check, verdict: .warning, text: text, mend: mend)
    }

    static func failed(_ check: String, _ text: String, mend: String) -> Finding {
        Finding(check: check, verdict: .failed, text: text, mend: mend)
    }

    static func unknown(_ check: String, _ text: String) -> Finding {
        Finding(check: check, verdict: .unknown, text: text, mend: nil)
    }
}

/// A check: a value made of facts, which does nothing but judge them.
protocol Check {
    var finding: Finding { get }
}
