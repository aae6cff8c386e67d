import ArgumentParser

/// A number of bytes as given in options: "65536", "64K", "8M" or "1G", in powers of 1,024.
struct ByteCount: Comparable, ExpressibleByArgument {
    private static let units: [Character: Int] = ["K": 1 << 10, "M": 1 << 20, "G": 1 << 30]

    let bytes: Int

    init(_ bytes: Int) { self.bytes = bytes }

    /// Parses an option; nil if it is not a number with at most one unit, or does not fit in an Int.
    init?(argument: String) {
        let unit = argument.last.flatMap { Self.units[Character($0.uppercased())] }
        let digits = unit == nil ? argument[...] : argument.dropLast()
        guard !digits.isEmpty, digits.allSatisfy({ ("0"..."9").contains($0) }), let number = Int(digits) else {
            return nil
        }
        let (bytes, overflow) = number.multipliedReportingOverflow(by: unit ?? 1)
        guard !overflow else { return nil }
        self.bytes = bytes
    }

    /// The value for help texts, in the largest unit that divides it.
    var defaultValueDescription: String {
        for (unit, size) in Self.units.sorted(by: { $0.value > $1.value }) where bytes >= size && bytes % size == 0 {
            return "\(bytes / size)\(unit)"
        }
        return "\(bytes)"
    }

    static func < (left: ByteCount, right: ByteCount) -> Bool { left.bytes < right.bytes }
}
