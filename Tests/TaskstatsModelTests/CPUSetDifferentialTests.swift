import TestSupport
import Testing

@testable import TaskstatsModel

/// Unusual lists, compared with an independent implementation of the kernel's rules.
@Suite struct CPUSetDifferentialTests {
    @Test(arguments: [0, 1, 7, 63, 64, 200])
    func `texts of the grammar's characters have the kernel's meaning`(lastCPU: Int) {
        var generator = SeededGenerator(seed: UInt64(lastCPU) + 1)
        for _ in 0..<8_000 {
            compare(generator.text(of: "00112233456789--,,::// \tNaAlL\n", upTo: 12), lastCPU: lastCPU)
        }
    }

    @Test(arguments: [0, 1, 7, 63, 64, 200])
    func `texts that are almost lists have the kernel's meaning`(lastCPU: Int) {
        var generator = SeededGenerator(seed: UInt64(lastCPU) + 1_000)
        var valid = 0
        for _ in 0..<6_000 {
            var text = (0...Int.random(in: 0...3, using: &generator)).map { _ in Self.part(lastCPU, &generator) }
                .joined(separator: [",", " ", "\t", ",,", "\n"].randomElement(using: &generator) ?? ",")
            if Int.random(in: 0..<4, using: &generator) == 0, let place = text.indices.randomElement(using: &generator)
            {
                text.remove(at: place)
            }
            if compare(text, lastCPU: lastCPU) { valid += 1 }
        }
        #expect(valid > 1_000)
    }

    /// Compares one text; returns whether it was a list.
    @discardableResult
    private func compare(_ text: String, lastCPU: Int) -> Bool {
        let expected = KernelCPUList.read(text, lastCPU: lastCPU)
        let actual = Result { () throws(CPUSet.ParsingError) in
            try CPUSet(parsing: text, possible: CPUSet(0...lastCPU))
        }
        let agree =
            switch (expected, actual) {
            case (.cpus(let cpus), .success(let set)): Set(set) == cpus && !cpus.isEmpty
            case (.cpus(let cpus), .failure(.empty)): cpus.isEmpty
            case (.invalid, .failure(.syntax)), (.invalid, .failure(.reversedRange)), (.invalid, .failure(.badPattern)):
                true
            case (.outOfRange, .failure(.notPossible)): true
            // The kernel stops at such a number; here the rest of the part may be invalid as well, and be reported
            // first.
            case (.overflow, .failure(let error)): error != .empty
            default: false
            }
        if !agree { Issue.record("\(text.debugDescription) to \(lastCPU): \(expected), but \(actual)") }
        if case .success = actual { return true }
        return false
    }

    private static func part(_ lastCPU: Int, _ generator: inout SeededGenerator) -> String {
        let cpu = { (generator: inout SeededGenerator) in
            Int.random(in: 0..<10, using: &generator) == 0
                ? ["N", "4294967295", "4294967296", "18446744073709551616", "\(lastCPU + 1)"]
                    .randomElement(using: &generator) ?? "N"
                : "\(Int.random(in: 0...lastCPU, using: &generator))"
        }
        let group = { (generator: inout SeededGenerator) in
            let group = Int.random(in: 0...9, using: &generator)
            return ":\(Int.random(in: 0...(group + 1), using: &generator))/\(group)"
        }
        switch Int.random(in: 0..<8, using: &generator) {
        case 0: return ["all", "ALL", "aLL"].randomElement(using: &generator) ?? "all"
        case 1: return "all" + group(&generator)
        case 2, 3: return cpu(&generator)
        case 4, 5:
            return "\(Int.random(in: 0...lastCPU, using: &generator))-N"
                + (Bool.random(using: &generator) ? group(&generator) : "")
        default:
            return "\(cpu(&generator))-\(cpu(&generator))" + (Bool.random(using: &generator) ? group(&generator) : "")
        }
    }
}
