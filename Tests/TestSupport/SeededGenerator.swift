/// Random numbers that are the same in every run with the same seed (splitmix64), so that a failure can be repeated.
package struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    /// Starts the sequence of this seed.
    package init(seed: UInt64) { state = seed }

    /// The next 64 bits.
    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xbf58_476d_1ce4_e5b9
        bits = (bits ^ (bits >> 27)) &* 0x94d0_49bb_1331_11eb
        return bits ^ (bits >> 31)
    }

    /// A text of up to `length` characters of the alphabet.
    package mutating func text(of alphabet: String, upTo length: Int) -> String {
        let characters = Array(alphabet)
        var text = ""
        for _ in 0..<Int.random(in: 0...length, using: &self) {
            if let character = characters.randomElement(using: &self) { text.append(character) }
        }
        return text
    }
}
