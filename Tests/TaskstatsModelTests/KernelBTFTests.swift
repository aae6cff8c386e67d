import Testing

@testable import TaskstatsModel

/// Comparison of the table with the running kernel's types.
@Suite struct KernelBTFTests {
    private static let btf = BTF.ofRunningKernel()

    @Test(.enabled(if: btf != nil, "/sys/kernel/btf/vmlinux cannot be read: the kernel has no BTF, or hides it"))
    func `fields have the offsets and sizes of the running kernel`() throws {
        let structure = try #require(Self.btf?.structure(named: "taskstats"))
        let entries = structure.entries.filter { $0.name != "ac_pad" }
        let known = entries.filter { Field(name: $0.name) != nil }

        // Only versions 15 and 16 have the same fields, with the extremes at different offsets.
        let isVersion15 = entries.first { $0.name == "cpu_delay_max" }?.bitOffset == 32 * 8
        let newest = known.compactMap { Field(name: $0.name)?.firstVersion }.max() ?? 0
        let version = newest == 15 && !isVersion15 ? 16 : newest
        let layout = FieldLayout.of(version: version)

        #expect(known.map(\.name) == layout.entries.map(\.field.name))
        for (entry, (field, offset)) in zip(known, layout.entries) {
            #expect(entry.bitOffset == offset * 8, "\(field.name)")
            #expect(entry.size == field.kind.width, "\(field.name)")
        }
        if known.count == entries.count {
            #expect(structure.size == layout.size)
        } else {
            // A newer kernel must have its additions after all known fields.
            for field in entries where Field(name: field.name) == nil {
                #expect(field.bitOffset >= layout.size * 8, "\(field.name)")
            }
        }
    }

    @Test(arguments: [0, 10, 24, 100])
    func `anything but BTF is refused`(length: Int) {
        #expect(BTF(bytes: [UInt8](repeating: 0, count: length)) == nil)
    }
}
