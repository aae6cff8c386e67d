import Glibc

/// SplitMix64: a generator whose entire state is its seed, so that a failing run can be repeated.
package struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    /// Creates a generator that produces the same numbers for the same seed.
    package init(seed: UInt64) { state = seed }

    /// Returns the next number.
    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// The seeds of random tests, which are printed on failure because they are test arguments.
    ///
    /// TASKSTATS_SEED replaces them with one: a failed or a new one.
    package static let seeds: [UInt64] = {
        guard let text = unsafe getenv("TASKSTATS_SEED"), let seed = unsafe UInt64(String(cString: text)) else {
            return [1, 2, 3, 4]
        }
        return [seed]
    }()
}

extension SeededGenerator {
    /// Returns an integer of random magnitude: small, large and extreme ones are all common.
    package mutating func integer() -> UInt64 {
        switch UInt8.random(in: 0..<8, using: &self) {
        case 0: 0
        case 1: .max
        case 2: 1 << UInt64.random(in: 0..<64, using: &self)
        default: next() >> UInt64.random(in: 0..<64, using: &self)
        }
    }

    /// Returns true in this percentage of cases.
    package mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }

    /// Returns a text of up to `length` characters of the alphabet.
    package mutating func text(of alphabet: String, upTo length: Int) -> String {
        let characters = Array(alphabet)
        var text = ""
        for _ in 0..<Int.random(in: 0...length, using: &self) {
            if let character = characters.randomElement(using: &self) { text.append(character) }
        }
        return text
    }
}
