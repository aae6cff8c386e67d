import TestSupport
import Testing

@testable import TaskstatsModel

@Suite struct CPUSetTests {
    @Test func `an empty set is empty and prints nothing`() {
        let set = CPUSet()
        #expect(set.isEmpty)
        #expect(set.count == 0)
        #expect(set.last == nil)
        #expect(Array(set) == [])
        #expect(set.description == "")
        #expect(set == CPUSet([]))
    }

    @Test(arguments: [
        ([0], "0"), ([3, 1, 2], "1-3"), ([0, 2, 4], "0,2,4"), ([0, 1], "0-1"), ([5, 5, 5], "5"),
        ([62, 63, 64, 65], "62-65"), ([0, 63, 64, 127, 128], "0,63-64,127-128"), ([65_535], "65535"),
        (Array(0...255), "0-255"),
    ])
    func `a set is printed as ascending ranges`(cpus: [Int], expected: String) {
        #expect(CPUSet(cpus).description == expected)
    }

    @Test func `zero words do not affect the equality of sets`() {
        let wide = CPUSet([1, 500])
        #expect(wide.subtracting(CPUSet([500])) == CPUSet([1]))
        #expect(wide.intersection(CPUSet([1])) == CPUSet([1]))
        #expect(wide.subtracting(wide).isEmpty)
        #expect(wide.subtracting(CPUSet([500])).hashValue == CPUSet([1]).hashValue)
    }

    @Test(arguments: [-1, Int.min, 64, 65_536, Int.max])
    func `a set contains no other CPU than those added`(cpu: Int) {
        #expect(!CPUSet([0, 1, 63]).contains(cpu))
    }

    @Test func `sets behave like sets of the standard library`() {
        var generator = SeededGenerator(seed: 64)
        for _ in 0..<300 {
            let (left, right) = (Self.randomCPUs(&generator), Self.randomCPUs(&generator))
            let (one, other) = (CPUSet(left), CPUSet(right))
            #expect(Array(one) == left.sorted())
            #expect(one.count == left.count)
            #expect(one.first(missingIn: other) == left.subtracting(right).min())
            #expect(one.last == left.max())
            #expect(left.allSatisfy(one.contains))
            #expect(Set(one.union(other)) == left.union(right))
            #expect(Set(one.intersection(other)) == left.intersection(right))
            #expect(Set(one.subtracting(other)) == left.subtracting(right))
            #expect((one == other) == (left == right))
        }
    }

    @Test func `a pattern equals a count along the range`() {
        var generator = SeededGenerator(seed: 63)
        for _ in 0..<500 {
            let width = [2, 63, 64, 65, 130, 2_000].randomElement(using: &generator) ?? 64
            let start = Int.random(in: 0..<width, using: &generator)
            let range = start...Int.random(in: start..<width, using: &generator)
            let group = [1, 2, 3, 63, 64, 65, 128, 1_000, Int(UInt32.max)].randomElement(using: &generator) ?? 1
            let used = Int.random(in: 0...min(group, 200), using: &generator)
            let expected = range.filter { ($0 - start) % group < used }
            #expect(CPUSet(range, used: used, of: group) == CPUSet(expected), "\(range):\(used)/\(group)")
        }
    }

    @Test func `a printed set is parsed as the same set`() throws {
        var generator = SeededGenerator(seed: 4096)
        for _ in 0..<300 {
            let set = CPUSet(Self.randomCPUs(&generator).union([0]))
            #expect(try CPUSet(parsing: set.description, possible: set) == set)
            #expect(try CPUSet(kernelList: set.description + "\n") == set)
        }
    }

    /// A few single CPUs and ranges, over a varying width.
    private static func randomCPUs(_ generator: inout SeededGenerator) -> Set<Int> {
        let width = [2, 8, 64, 65, 300, 8_192].randomElement(using: &generator) ?? 64
        var cpus: Set<Int> = []
        for _ in 0..<Int.random(in: 0...6, using: &generator) {
            let start = Int.random(in: 0..<width, using: &generator)
            cpus.formUnion(start...min(width, start + Int.random(in: 0...70, using: &generator)))
        }
        return cpus
    }
}
