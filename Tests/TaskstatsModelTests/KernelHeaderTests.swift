import CTaskstatsHeader
import Testing

@testable import TaskstatsModel

/// Comparison of the table with the C compiler's layout of the installed <linux/taskstats.h>.
@Suite struct KernelHeaderTests {
    @Test func `fields have the offsets and sizes of the C compiler`() throws {
        let version = UInt16(ctaskstats_version())
        let layout = FieldLayout.of(version: version)
        let offsets = Dictionary(uniqueKeysWithValues: layout.entries.map { ($0.field, $0.offset) })
        var fields = FieldSet()
        for (name, offset, size) in Self.headerEntries {
            let field = try #require(Field(name: name), "the table lacks \(name)")
            #expect(offsets[field] == offset, "\(name)")
            #expect(field.kind.width == size, "\(name)")
            fields.insert(field)
        }
        #expect(fields == layout.fields)
        #expect(fields.count >= 43)
    }

    @Test func `the struct has the size of the C compiler`() {
        let version = UInt16(ctaskstats_version())
        if version <= FieldLayout.newestVersion {
            #expect(FieldLayout.of(version: version).size == ctaskstats_size())
        } else {
            #expect(FieldLayout.of(version: version).size <= ctaskstats_size())
        }
    }

    private static var headerEntries: [(name: String, offset: Int, size: Int)] {
        var entries: [(String, Int, Int)] = []
        guard var next = unsafe ctaskstats_members() else { return entries }
        while let name = unsafe next.pointee.name {
            unsafe entries.append((String(cString: name), next.pointee.offset, next.pointee.size))
            unsafe next += 1
        }
        return entries
    }
}
