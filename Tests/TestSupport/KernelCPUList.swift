import TaskstatsModel

/// A CPU list as read by the kernel, implemented independently from its rules: a cursor over characters, with the errno
/// names that the kernel would return.
///
/// In two places the kernel accepts more than is meaningful, and this follows the project: a part must end with its
/// pattern, and text after a line end counts.
package struct KernelCPUList {
    /// The result of reading a list.
    package enum Outcome: Equatable {
        /// These CPUs.
        case cpus(Set<Int>)
        /// Not in the grammar, reversed, or with a group that is 0 or too small.
        case invalid
        /// A CPU beyond the last one.
        case outOfRange
        /// A number of more than 32 bits.
        case overflow
    }

    private struct Failure: Error { let outcome: Outcome }

    private var rest: ArraySlice<Unicode.Scalar>
    private let lastCPU: Int

    /// Reads a list for a machine whose CPUs end at `lastCPU`.
    package static func read(_ text: String, lastCPU: Int) -> Outcome {
        var reader = KernelCPUList(rest: Array(text.unicodeScalars)[...], lastCPU: lastCPU)
        var isNamed = [Bool](repeating: false, count: lastCPU + 1)
        do throws(Failure) {
            while reader.findRegion() { try reader.region(&isNamed) }
            return .cpus(Set(isNamed.indices.filter { isNamed[$0] }))
        } catch {
            return error.outcome
        }
    }

    private static func endsRegion(_ character: Unicode.Scalar?) -> Bool {
        guard let character else { return true }
        return character == "," || character == " " || ("\t"..."\r").contains(character)
    }

    private mutating func findRegion() -> Bool {
        while let first = rest.first, Self.endsRegion(first) { rest.removeFirst() }
        return !rest.isEmpty
    }

    private mutating func region(_ isNamed: inout [Bool]) throws(Failure) {
        var (start, end) = (0, lastCPU)
        var (used, group) = (1, 1)
        if String(String.UnicodeScalarView(rest.prefix(3))).lowercased() == "all" {
            rest.removeFirst(3)
        } else {
            start = try number()
            end = start
            if !Self.endsRegion(rest.first) {
                try skip("-")
                end = try number()
            }
        }
        // A single CPU takes no pattern, and its end has been seen.
        if !Self.endsRegion(rest.first) {
            try skip(":")
            used = try number()
            try skip("/")
            group = try number()
            guard Self.endsRegion(rest.first) else { throw Failure(outcome: .invalid) }
        }
        guard start <= end, group > 0, used <= group else { throw Failure(outcome: .invalid) }
        guard end <= lastCPU else { throw Failure(outcome: .outOfRange) }
        for first in stride(from: start, through: end, by: group) where used > 0 {
            for cpu in first...min(end, first + used - 1) { isNamed[cpu] = true }
        }
    }

    private mutating func skip(_ character: Unicode.Scalar) throws(Failure) {
        guard rest.first == character else { throw Failure(outcome: .invalid) }
        rest.removeFirst()
    }

    private mutating func number() throws(Failure) -> Int {
        if rest.first == "N" {
            rest.removeFirst()
            return lastCPU
        }
        var value: UInt64 = 0
        var isTooLarge = false
        var digits = 0
        while let digit = rest.first.flatMap({ ("0"..."9").contains($0) ? $0.value - 0x30 : nil }) {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            value = product &+ UInt64(digit)
            isTooLarge = isTooLarge || overflow || value > UInt32.max
            rest.removeFirst()
            digits += 1
        }
        guard digits > 0 else { throw Failure(outcome: .invalid) }
        guard !isTooLarge else { throw Failure(outcome: .overflow) }
        return Int(value)
    }
}
