import TestSupport
import Testing

@testable import TaskstatsModel

@Suite struct FieldSetTests {
    @Test func `an empty set is empty`() {
        #expect(FieldSet().isEmpty)
        #expect(FieldSet().count == 0)
        #expect(Array(FieldSet()) == [])
        #expect(FieldSet() == [])
    }

    @Test func `the set of all fields has each, in the order of the struct`() {
        #expect(Array(FieldSet.all) == Field.allCases)
        #expect(FieldSet.all.count == Field.allCases.count)
    }

    @Test(arguments: Field.allCases)
    func `each field is a set of its own`(field: Field) {
        let set: FieldSet = [field]
        #expect(Field.allCases.filter(set.contains) == [field])
        #expect(Array(set) == [field])
        #expect(set.count == 1)
    }

    @Test func `every field is in exactly one group`() {
        let sets = FieldGroup.allCases.map { FieldSet(group: $0) }
        #expect(sets.reduce(0) { $0 + $1.count } == Field.allCases.count)
        #expect(sets.reduce(FieldSet()) { $0.union($1) } == .all)
        for group in FieldGroup.allCases {
            #expect(!FieldSet(group: group).isEmpty)
            for field in FieldSet(group: group) { #expect(field.group == group) }
        }
    }

    @Test func `sets combine like sets of the standard library`() {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<200 {
            let left = Set(Field.allCases.filter { _ in Bool.random(using: &generator) })
            let right = Set(Field.allCases.filter { _ in Bool.random(using: &generator) })
            let (one, other) = (FieldSet(left), FieldSet(right))
            #expect(Set(one.union(other)) == left.union(right))
            #expect(Set(one.intersection(other)) == left.intersection(right))
            #expect(Set(one.subtracting(other)) == left.subtracting(right))
            #expect(one.count == left.count)
            #expect((one == other) == (left == right))
        }
    }

    @Test func `inserting twice equals inserting once`() {
        var set: FieldSet = [.irqDelayMaxTs]
        set.insert(.irqDelayMaxTs)
        #expect(set.count == 1)
        set.insert(.version)
        #expect(Array(set) == [.version, .irqDelayMaxTs])
    }
}
