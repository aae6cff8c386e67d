import CTaskstatsHeader
import Testing

@testable import TaskstatsModel

/// The table against what a C compiler makes of the installed <linux/taskstats.h>.
@Suite struct KernelHeaderTests {
    @Test("Members stand where the C compiler puts them, and are as wide")
    func members() throws {
        let version = UInt16(ctaskstats_version())
        let layout = FieldLayout.of(version: version)
        let offsets = Dictionary(uniqueKeysWithValues: layout.members.map { ($0.field, $0.offset) })
        var fields = FieldSet()
        for (name, offset, size) in Self.headerMembers {
            let field = try #require(Field(name: name), "the table lacks \(name)")
            #expect(offsets[field] == offset, "\(name)")
            #expect(field.kind.width == size, "\(name)")
            fields.insert(field)
        }
        #expect(fields == layout.fields)
        #expect(fields.count >= 43)
    }

    @Test("The struct ends where the C compiler ends it")
    func size() {
        let version = UInt16(ctaskstats_version())
        if version <= FieldLayout.newestVersion {
            #expect(FieldLayout.of(version: version).size == ctaskstats_size())
        } else {
            #expect(FieldLayout.of(version: version).size <= ctaskstats_size())
        }
    }

    private static var headerMembers: [(name: String, offset: Int, size: Int)] {
        var members: [(String, Int, Int)] = []
        guard var next = unsafe ctaskstats_members() else { return members }
        while let name = unsafe next.pointee.name {
            unsafe members.append((String(cString: name), next.pointee.offset, next.pointee.size))
            unsafe next += 1
        }
        return members
    }
}
