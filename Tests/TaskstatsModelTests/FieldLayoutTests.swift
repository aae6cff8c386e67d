import Testing

@testable import TaskstatsModel

@Suite struct FieldLayoutTests {
    @Test(
        "A version ends with its last field",
        arguments: [
            (1, 72), (2, 240), (3, 264), (4, 272), (5, 288), (6, 312), (7, 328), (8, 328), (9, 344), (10, 352),
            (11, 368), (12, 400), (13, 416), (14, 432), (15, 560), (16, 560), (17, 688),
        ] as [(UInt16, Int)])
    func sizes(version: UInt16, size: Int) {
        #expect(FieldLayout.of(version: version).size == size)
    }

    @Test("Fields of every version have the offsets of its fixture", arguments: TaskstatsFixture.all)
    func offsets(fixture: TaskstatsFixture) {
        let parts = Dictionary(
            fixture.parts.map { ($0.name, $0.range) }, uniquingKeysWith: { first, _ in first })
        for (field, offset) in FieldLayout.of(version: fixture.version).entries {
            #expect(parts[field.name] == offset..<offset + field.kind.width, "\(field.name)")
        }
    }

    @Test("Fields of a version do not overlap", arguments: 1...17 as ClosedRange<UInt16>)
    func disjoint(version: UInt16) {
        let entries = FieldLayout.of(version: version).entries
        for (field, next) in zip(entries, entries.dropFirst()) {
            #expect(field.offset + field.field.kind.width <= next.offset, "\(next.field.name)")
        }
    }

    @Test("Versions 15 and 16 have the same size and fields, but different offsets from the first wait on")
    func version15And16() {
        let (old, new) = (FieldLayout.of(version: 15), FieldLayout.of(version: 16))
        #expect(old.size == new.size)
        #expect(old.fields == new.fields)
        #expect(!old.isCanonical)
        #expect(new.isCanonical)
        let shared = zip(old.entries, new.entries).prefix { $0 == $1 }.map(\.0.field)
        #expect(shared == [.version, .acExitcode, .acFlag, .acNice, .cpuCount, .cpuDelayTotal])
    }

    @Test("Each version extends the previous one")
    func versionsGrow() {
        for version in 2...FieldLayout.newestVersion {
            let older = FieldLayout.of(version: version - 1).fields
            #expect(older.subtracting(FieldLayout.of(version: version).fields).isEmpty, "\(version)")
        }
        #expect(FieldLayout.of(version: 17).fields == .all)
    }

    @Test("A later version is read as the newest known one", arguments: [18, 100, .max] as [UInt16])
    func laterVersions(version: UInt16) {
        #expect(FieldLayout.of(version: version).size == FieldLayout.of(version: 17).size)
        #expect(FieldLayout.of(version: version).fields == .all)
    }

    @Test("A field is present when its last byte is")
    func fieldsWithin() {
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
