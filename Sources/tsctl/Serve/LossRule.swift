/// A loss on purpose: "kernel:3/100", "queue:37@500", "history:1000".
struct LossRule: Equatable {
    enum Place: String { case kernel, queue, history }

    /// Which records are lost.
    enum Pattern: Equatable {
        /// The last ones of each group of this size.
        case every(UInt64)
        /// Once, from this index on.
        case from(UInt64)
    }

    let place: Place
    let count: UInt64
    let pattern: Pattern

    /// Parses a rule; nil for anything else.
    init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let place = Place(rawValue: String(parts[0])) else { return nil }
        let isRepeated = parts[1].contains("/")
        let numbers = parts[1].split(
            maxSplits: 1, omittingEmptySubsequences: false, whereSeparator: { $0 == "/" || $0 == "@" })
        guard let count = UInt64(numbers[0]), count > 0 else { return nil }
        guard numbers.count == 2 else {
            guard place == .history else { return nil }
            self.init(place, count, .from(1))
            return
        }
        guard place != .history, let number = UInt64(numbers[1]), number > 0, !isRepeated || count <= number else {
            return nil
        }
        self.init(place, count, isRepeated ? .every(number) : .from(number))
    }

    private init(_ place: Place, _ count: UInt64, _ pattern: Pattern) {
        self.place = place
        self.count = count
        self.pattern = pattern
    }

    /// Returns whether the record of this index, from 1, is lost.
    func includes(_ index: UInt64) -> Bool {
        switch pattern {
        case .every(let group): (index - 1) % group >= group - count
        case .from(let first): index >= first && index - first < count
        }
    }
}
