extension CPUSet {
    /// Why a text is not a list of CPUs of this machine; says which part of it.
    public enum ParsingError: Error, Hashable, Sendable {
        /// The list names no CPU.
        case empty
        /// A part is not written as a CPU, a range or a group pattern.
        case syntax(part: String)
        /// A range ends before it starts.
        case reversedRange(part: String)
        /// A pattern "used/group" with a group of 0 or beyond 32 bits, or with more used than the group has.
        case badPattern(part: String)
        /// A part names a CPU that this machine cannot have; Int.max stands for any number too large for Int.
        case notPossible(cpu: Int, part: String, possible: CPUSet)
    }

    /// Reads a list in the kernel's syntax.
    ///
    /// Parts stand between commas or white space; empty ones are skipped. A part is a CPU, a range "4-7", or a range with
    /// a pattern "0-31:2/4" (of every four CPUs the first two). "N" is the last possible CPU, "all" are all possible ones.
    /// Naming a CPU that is not possible is an error, also as the end of a range whose pattern leaves it out.
    ///
    /// Stricter than the kernel, which ignores all that follows a line end and needs no comma after a pattern.
    public init(parsing text: String, possible: CPUSet) throws(ParsingError) {
        self.init()
        let last = possible.last ?? 0
        for part in Self.parts(of: text) {
            var parser = PartParser(part: part, lastCPU: last)
            let region = try parser.parse()
            guard region.range.upperBound <= last else {
                throw .notPossible(cpu: region.range.upperBound, part: parser.text, possible: possible)
            }
            let cpus = region.cpus
            if !region.isEverything, let cpu = cpus.first(missingIn: possible) {
                throw .notPossible(cpu: cpu, part: parser.text, possible: possible)
            }
            formUnion(cpus)
        }
        // Those that "all" passed over.
        self = intersection(possible)
        if isEmpty { throw .empty }
    }

    /// Reads a list that the kernel printed, which may be empty.
    package init(kernelList text: String) throws(ParsingError) {
        self.init()
        for part in Self.parts(of: text) {
            var parser = PartParser(part: part, lastCPU: 0)
            let region = try parser.parse()
            guard region.range.upperBound < Self.limit else { throw .syntax(part: parser.text) }
            formUnion(region.cpus)
        }
    }

    private static func parts(of text: String) -> [Substring.UTF8View] {
        text.utf8.split { $0 == UInt8(ascii: ",") || isSpace($0) }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d).contains(byte) }
}

/// Reads one part of a CPU list.
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
        guard rest.prefix(3).map({ $0 | 0x20 }) == Array("all".utf8) else { return false }
        rest = rest.dropFirst(3)
        return true
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest = rest.dropFirst()
        return true
    }

    /// A number or "N"; Int.max for one that is too large for Int, and so for any machine.
    private mutating func number() throws(CPUSet.ParsingError) -> Int {
        if take("N") { return lastCPU }
        let digits = rest.prefix { (0x30...0x39).contains($0) }
        guard !digits.isEmpty else { throw .syntax(part: text) }
        rest = rest.dropFirst(digits.count)
        return Int(Substring(digits)) ?? Int.max
    }
}

extension CPUSet.ParsingError: CustomStringConvertible {
    /// What is wrong, and where, in a sentence without a full stop.
    public var description: String {
        switch self {
        case .empty:
            "the list names no CPU"
        case .syntax(let part):
            "'\(part)' is not a CPU, a range like 0-3, a pattern like 0-31:2/4, N or all"
        case .reversedRange(let part):
            "'\(part)' ends before it starts"
        case .badPattern(let part):
            "'\(part)' has a pattern whose group is 0, too large or smaller than what it uses"
        case .notPossible(.max, let part, let possible):
            "'\(part)' names a CPU with too large a number; this machine can have \(possible)"
        case .notPossible(let cpu, let part, let possible):
            "'\(part)' names CPU \(cpu); this machine can have \(possible)"
        }
    }
}
