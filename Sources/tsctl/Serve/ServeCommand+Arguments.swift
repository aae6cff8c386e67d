import ArgumentParser
import TaskstatsProtocol

/// A speed: "max", or a factor such as "1x".
enum PlayingSpeed: Equatable {
    case max
    case times(Double)

    init(parsing text: String) throws(ValidationError) {
        if text == "max" {
            self = .max
        } else if text.hasSuffix("x"), let factor = Double(text.dropLast()), factor > 0, factor <= 1_000_000 {
            self = .times(factor)
        } else {
            throw ValidationError("must be max, or a factor up to 1000000x, as in 1x or 0.5x")
        }
    }

    /// The factor; nil for as fast as clients read.
    var factor: Double? {
        if case .times(let factor) = self { factor } else { nil }
    }
}

extension LossRule {
    init(parsing text: String) throws(ValidationError) {
        guard let rule = LossRule(text) else {
            throw ValidationError(
                "must be WHERE:COUNT/EVERY or WHERE:COUNT@INDEX, where WHERE is kernel or queue, or history:COUNT")
        }
        self = rule
    }
}

extension RefusalRule {
    init(parsing text: String) throws(ValidationError) {
        guard let rule = RefusalRule(text) else {
            let names = ProtocolError.Name.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError(
                "must be METHOD=ERROR; METHOD is one of \(Self.methods.joined(separator: ", ")), ERROR one of \(names); "
                    + "connect has only PermissionDenied and LimitExceeded")
        }
        self = rule
    }
}

extension ServeBehavior.EndRule {
    init(parsing text: String) throws(ValidationError) {
        guard let rule = Self(text) else { throw ValidationError("must be a number of records from 1, or end") }
        self = rule
    }
}
