extension CPUSet {
    /// The reason why a text is not a list of CPUs of this machine, with the offending part.
    @nonexhaustive
    public enum ParsingError: Error, Hashable, Sendable {
        /// The list contains no CPU.
        case empty
        /// A part is not a CPU, a range or a group pattern.
        case syntax(part: String)
        /// A range ends before it starts.
        case reversedRange(part: String)
        /// A pattern "used/group" has a group of 0 or beyond 32 bits, or uses more CPUs than the group has.
        case badPattern(part: String)
        /// A part contains a CPU that is not possible on this machine; Int.max stands for any number too large for Int.
        case notPossible(cpu: Int, part: String, possible: CPUSet)
    }

    /// Parses a list in the kernel's syntax.
    ///
    /// Parts are separated by commas or white space; empty ones are skipped. A part is a CPU, a range "4-7", or a range
    /// with a pattern "0-31:2/4" (the first two of every four CPUs). "N" is the last possible CPU, "all" are all
    /// possible ones. A CPU that is not possible is an error, even as the end of a range whose pattern leaves it out.
    ///
    /// Stricter than the kernel, which ignores everything after a line end and requires no comma after a pattern.
    public init(parsing text: String, possible: CPUSet) throws(ParsingError) {
        self.init()
        let last = possible.last ?? 0
        for part in Self.parts(of: text) {
            var parser = PartParser(part: part, lastCPU: last)
            let region = try parser.parse()
            guard region.range.upperBound <= last else {
                throw .notPossible(cpu: region.range.upperBound, part: parser.text, possible: possible)
            }
            // Most parts are one CPU, which needs no set of its own.
            if region.range.count == 1, possible.contains(region.range.lowerBound), region.used == region.group {
                insert(region.range.lowerBound)
                continue
            }
            let cpus = region.cpus
            if !region.isEverything, let cpu = cpus.first(missingIn: possible) {
                throw .notPossible(cpu: cpu, part: parser.text, possible: possible)
            }
            formUnion(cpus)
        }
        // Removes impossible CPUs included by "all".
        self = intersection(possible)
        if isEmpty { throw .empty }
    }

    /// Parses a list that means the same on every machine, such as one that the kernel printed; it may be empty.
    package init(kernelList text: String) throws(ParsingError) {
        self.init()
        for part in Self.parts(of: text) {
            var parser = PartParser(part: part, lastCPU: 0)
            let region = try parser.parse()
            guard !part.contains(UInt8(ascii: "N")) else { throw .syntax(part: parser.text) }
            if region.isEverything {
                guard region.used == region.group else { throw .syntax(part: parser.text) }
                self = .all
                return
            }
            guard region.range.upperBound < Self.limit else { throw .syntax(part: parser.text) }
            formUnion(region.cpus)
        }
    }

    /// Throws for a text that is not a list of CPUs on any machine.
    ///
    /// A part with "N" depends on the machine unless its syntax is wrong.
    package static func checkSyntax(of text: String) throws(ParsingError) {
        let parts = Self.parts(of: text)
        if parts.isEmpty { throw .empty }
        for part in parts {
            var parser = PartParser(part: part, lastCPU: 0)
            do throws(ParsingError) {
                _ = try parser.parse()
            } catch {
                if case .syntax = error { throw error }
                if !part.contains(UInt8(ascii: "N")) { throw error }
            }
        }
    }

    /// Returns the maximum number of parts of a list: the text between its separators, including empty parts.
    package static func partLimit(of text: String) -> Int {
        text.utf8.count { $0 == UInt8(ascii: ",") || isSpace($0) } + 1
    }

    private static func parts(of text: String) -> [Substring.UTF8View] {
        text.utf8.split { $0 == UInt8(ascii: ",") || isSpace($0) }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d).contains(byte) }
}

/// Parses one part of a CPU list.
private struct PartParser {
    struct Region {
        var range: ClosedRange<Int>
        var used: Int
        var group: Int
        var isEverything: Bool

        var cpus: CPUSet { CPUSet(range, used: used, of: group) }
    }

    private let part: Substring.UTF8View
    private var rest: Substring.UTF8View
    private let lastCPU: Int

    init(part: Substring.UTF8View, lastCPU: Int) {
        self.part = part
        self.lastCPU = lastCPU
        rest = part
    }

    var text: String { String(Substring(part)) }

    mutating func parse() throws(CPUSet.ParsingError) -> Region {
        let isEverything = takeAll()
        var range = 0...lastCPU
        if !isEverything {
            let start = try number()
            var end = start
            if take("-") {
                end = try number()
            } else if !rest.isEmpty {
                throw .syntax(part: text)
            }
            guard start <= end else { throw .reversedRange(part: text) }
            range = start...end
        }
        var (used, group) = (1, 1)
        if take(":") {
            used = try number()
            guard take("/") else { throw .syntax(part: text) }
            group = try number()
            guard group > 0, group <= UInt32.max, used <= group else { throw .badPattern(part: text) }
        }
        guard rest.isEmpty else { throw .syntax(part: text) }
        return Region(range: range, used: used, group: group, isEverything: isEverything)
    }

    private mutating func takeAll() -> Bool {
        guard rest.prefix(3).elementsEqual("all".utf8, by: { $0 | 0x20 == $1 }) else { return false }
        rest = rest.dropFirst(3)
        return true
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest = rest.dropFirst()
        return true
    }

    /// Parses a number or "N"; Int.max for a number too large for Int, and so for any machine.
    private mutating func number() throws(CPUSet.ParsingError) -> Int {
        if take("N") { return lastCPU }
        var number: Int?
        while let byte = rest.first, (0x30...0x39).contains(byte) {
            let (product, isTooLarge) = (number ?? 0).multipliedReportingOverflow(by: 10)
            let (sum, overflow) = product.addingReportingOverflow(Int(byte - 0x30))
            number = isTooLarge || overflow ? .max : sum
            rest.removeFirst()
        }
        guard let number else { throw .syntax(part: text) }
        return number
    }
}

extension CPUSet.ParsingError: CustomStringConvertible {
    /// A description of the error and its position, without a full stop.
    public var description: String {
        switch self {
        case .empty:
            "the list contains no CPU"
        case .syntax(let part):
            "'\(part)' is not a CPU, a range like 0-3, a pattern like 0-31:2/4, N or all"
        case .reversedRange(let part):
            "'\(part)' ends before it starts"
        case .badPattern(let part):
            "'\(part)' has an invalid group: 0, too large, or smaller than the number of CPUs used"
        case .notPossible(.max, let part, let possible):
            "'\(part)' includes a CPU number that is too large; possible CPUs: \(possible)"
        case .notPossible(let cpu, let part, let possible):
            "'\(part)' includes CPU \(cpu); possible CPUs: \(possible)"
        }
    }
}
