import Testing

@testable import TaskstatsModel

@Suite struct FieldLayoutTests {
    @Test(
        arguments: [
            (1, 72), (2, 240), (3, 264), (4, 272), (5, 288), (6, 312), (7, 328), (8, 328), (9, 344), (10, 352),
            (11, 368), (12, 400), (13, 416), (14, 432), (15, 560), (16, 560), (17, 688),
        ] as [(UInt16, Int)])
    func `a version ends with its last field`(version: UInt16, size: Int) {
        #expect(FieldLayout.of(version: version).size == size)
    }

    @Test(arguments: TaskstatsFixture.all)
    func `fields of every version have the offsets of its fixture`(fixture: TaskstatsFixture) {
        let parts = Dictionary(
            fixture.parts.map { ($0.name, $0.range) }, uniquingKeysWith: { first, _ in first })
        for (field, offset) in FieldLayout.of(version: fixture.version).entries {
            #expect(parts[field.name] == offset..<offset + field.kind.width, "\(field.name)")
        }
    }

    @Test(arguments: 1...17 as ClosedRange<UInt16>)
    func `fields of a version do not overlap`(version: UInt16) {
        let entries = FieldLayout.of(version: version).entries
        for (field, next) in zip(entries, entries.dropFirst()) {
            #expect(field.offset + field.field.kind.width <= next.offset, "\(next.field.name)")
        }
    }

    @Test func `versions 15 and 16 have the same size and fields, but different offsets from the first wait on`() {
        let (old, new) = (FieldLayout.of(version: 15), FieldLayout.of(version: 16))
        #expect(old.size == new.size)
        #expect(old.fields == new.fields)
        #expect(!old.isCanonical)
        #expect(new.isCanonical)
        let shared = zip(old.entries, new.entries).prefix { $0 == $1 }.map(\.0.field)
        #expect(shared == [.version, .acExitcode, .acFlag, .acNice, .cpuCount, .cpuDelayTotal])
    }

    @Test func `each version extends the previous one`() {
        for version in 2...FieldLayout.newestVersion {
            let older = FieldLayout.of(version: version - 1).fields
            #expect(older.subtracting(FieldLayout.of(version: version).fields).isEmpty, "\(version)")
        }
        #expect(FieldLayout.of(version: 17).fields == .all)
    }

    @Test(arguments: [18, 100, .max] as [UInt16])
    func `a later version is read as the newest known one`(version: UInt16) {
        #expect(FieldLayout.of(version: version).size == FieldLayout.of(version: 17).size)
        #expect(FieldLayout.of(version: version).fields == .all)
    }

    @Test func `a field is present when its last byte is`() {
        let layout = FieldLayout.of(version: 16)
        #expect(layout.fields(within: 0).isEmpty)
        #expect(layout.fields(within: 1).isEmpty)
        #expect(layout.fields(within: 2) == [.version])
        #expect(layout.fields(within: 23) == [.version, .acExitcode, .acFlag, .acNice])
        #expect(layout.fields(within: 24).contains(.cpuCount))
        #expect(!layout.fields(within: 559).contains(.irqDelayMin))
        #expect(layout.fields(within: 560) == layout.fields)
        #expect(layout.fields(within: 100_000) == layout.fields)
    }
}
