/// A vertical scale from 0 to a round number, with ticks.
struct PictureScale {
    /// The number at its top.
    let top: Double
    private let step: Double
    private let decimals: Int

    /// Creates a scale that has room for a number.
    init(reaching number: Double) {
        let number = number > 0 ? max(number, 1e-6) : 1
        var (power, decimals) = (1.0, 0)
        while power > number / 2 {
            power /= 10
            decimals += 1
        }
        while power * 10 <= number / 2 { power *= 10 }
        // Two to five steps of 1, 2 or 5 times a power of ten.
        step = [1, 2, 5, 10].map { $0 * power }.first { $0 * 5 >= number } ?? power
        self.decimals = step >= 1 ? 0 : decimals
        top = (number / step).rounded(.up) * step
    }

    /// The ticks from 0 to the top.
    var ticks: [(number: Double, text: String)] {
        (0...Int((top / step).rounded())).map { index in
            let number = Double(index) * step
            return (number, index == 0 ? "0" : DecimalText.fixed(number, decimals))
        }
    }
}
