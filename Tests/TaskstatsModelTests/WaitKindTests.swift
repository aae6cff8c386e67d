import Testing

@testable import TaskstatsModel

@Suite struct WaitKindTests {
    @Test(arguments: WaitKind.allCases)
    func `the fields of a kind have its name`(kind: WaitKind) {
        let names = ["_count", "_delay_total", "_delay_max", "_delay_min", "_delay_max_ts"].map { kind.rawValue + $0 }
        #expect([kind.count, kind.total, kind.max, kind.min, kind.maxTimestamp].map(\.name) == names)
        #expect(kind.fields == FieldSet(names.compactMap(Field.init(name:))))
    }

    @Test func `every wait field belongs to one kind`() {
        let fields = WaitKind.allCases.flatMap { Array($0.fields) }
        #expect(fields.count == FieldSet(fields).count)
        #expect(FieldSet(fields) == FieldSet(group: .delay).union(FieldSet(group: .extreme)))
        let withoutAccounting = FieldSet(fields).subtracting(WaitKind.delayAccountingFields)
        #expect(withoutAccounting == WaitKind.cpu.fields)
    }
}
