import TestSupport
import Testing

@testable import TaskstatsModel

@Suite struct FieldSetTests {
    @Test("An empty set is empty")
    func empty() {
        #expect(FieldSet().isEmpty)
        #expect(FieldSet().count == 0)
        #expect(Array(FieldSet()) == [])
        #expect(FieldSet() == [])
    }

    @Test("The set of all fields has each, in the order of the struct")
    func all() {
        #expect(Array(FieldSet.all) == Field.allCases)
        #expect(FieldSet.all.count == Field.allCases.count)
    }

    @Test("Each field is a set of its own", arguments: Field.allCases)
    func single(field: Field) {
        let set: FieldSet = [field]
        #expect(Field.allCases.filter(set.contains) == [field])
        #expect(Array(set) == [field])
        #expect(set.count == 1)
    }

    @Test("Every field is in exactly one group")
    func groups() {
        let sets = FieldGroup.allCases.map { FieldSet(group: $0) }
        #expect(sets.reduce(0) { $0 + $1.count } == Field.allCases.count)
        #expect(sets.reduce(FieldSet()) { $0.union($1) } == .all)
        for group in FieldGroup.allCases {
            #expect(!FieldSet(group: group).isEmpty)
            for field in FieldSet(group: group) { #expect(field.group == group) }
        }
    }

    @Test("Sets combine like sets of the standard library")
    func operations() {
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

    @Test("Inserting twice equals inserting once")
    func insertTwice() {
        var set: FieldSet = [.irqDelayMaxTs]
        set.insert(.irqDelayMaxTs)
        #expect(set.count == 1)
        set.insert(.version)
        #expect(Array(set) == [.version, .irqDelayMaxTs])
    }
}
