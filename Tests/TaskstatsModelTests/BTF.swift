import Foundation

/// The kernel's own description of its types (BTF), as far as required to find the fields of a struct.
///
/// A header, then a section of types and one of strings. Types have no index: the n-th is found only by walking all
/// types before it.
struct BTF {
    /// A field of a struct.
    struct Member: Equatable {
        let name: String
        let bitOffset: Int
        /// The size in bytes; nil for a pointer, a function, or any other type whose size needs no computation.
        let size: Int?
    }

    private enum Kind {
        static let integer: UInt32 = 1
        static let array: UInt32 = 3
        static let structure: UInt32 = 4
        static let union: UInt32 = 5
        static let aliases: Set<UInt32> = [8, 9, 10, 11, 18]
    }

    private let bytes: [UInt8]
    private var strings = 0
    /// The start of each type; number 0 is void.
    private var types: [Int] = [0]

    /// Reads the file of the running kernel; nil when there is none or it has another format.
    static func ofRunningKernel() -> BTF? {
        FileManager.default.contents(atPath: "/sys/kernel/btf/vmlinux").flatMap { BTF(bytes: Array($0)) }
    }

    /// Parses raw BTF of this machine's byte order.
    init?(bytes: [UInt8]) {
        self.bytes = bytes
        guard bytes.count >= 24, word(at: 0) & 0xffff == 0xeb9f else { return nil }
        let header = Int(word(at: 4))
        strings = header + Int(word(at: 16))
        var offset = header + Int(word(at: 8))
        let end = offset + Int(word(at: 12))
        guard end <= bytes.count, strings + Int(word(at: 20)) <= bytes.count else { return nil }
        while offset + 12 <= end {
            types.append(offset)
            guard let extra = extraLength(of: offset) else { return nil }
            offset += 12 + extra
        }
    }

    /// Returns the fields and the size of the struct with this name.
    func structure(named name: String) -> (size: Int, entries: [Member])? {
        for type in types.dropFirst() where kind(type) == Kind.structure && text(at: word(at: type)) == name {
            let hasBitFields = word(at: type + 4) >> 31 == 1
            let entries = (0..<count(type)).map { index in
                let field = type + 12 + index * 12
                let offset = word(at: field + 8)
                return Member(
                    name: text(at: word(at: field)), bitOffset: Int(hasBitFields ? offset & 0xff_ffff : offset),
                    size: size(of: word(at: field + 4)))
            }
            return (Int(word(at: type + 8)), entries)
        }
        return nil
    }

    private func size(of number: UInt32) -> Int? {
        guard number > 0, Int(number) < types.count else { return nil }
        let type = types[Int(number)]
        switch kind(type) {
        case Kind.integer, Kind.structure, Kind.union: return Int(word(at: type + 8))
        case Kind.array: return size(of: word(at: type + 12)).map { $0 * Int(word(at: type + 20)) }
        case let kind where Kind.aliases.contains(kind): return size(of: word(at: type + 8))
        default: return nil
        }
    }

    private func kind(_ type: Int) -> UInt32 { (word(at: type + 4) >> 24) & 0x1f }

    private func count(_ type: Int) -> Int { Int(word(at: type + 4) & 0xffff) }

    /// Returns the number of bytes after the first twelve of each type; nil for an unknown kind.
    private func extraLength(of type: Int) -> Int? {
        switch kind(type) {
        case 2, 7...12, 16, 18: 0
        case 1, 14, 17: 4
        case 3: 12
        case 6, 13: 8 * count(type)
        case 4, 5, 15, 19: 12 * count(type)
        default: nil
        }
    }

    private func word(at offset: Int) -> UInt32 {
        unsafe bytes.withUnsafeBytes { unsafe $0.loadUnaligned(fromByteOffset: offset, as: UInt32.self) }
    }

    private func text(at offset: UInt32) -> String {
        String(decoding: bytes[(strings + Int(offset))...].prefix { $0 != 0 }, as: UTF8.self)
    }
}
