/// The positions of the fields in one version of struct taskstats.
///
/// There are four layouts. Versions 4 to 14, 16 and later share one: each version appended fields to the previous one.
/// Version 1 had no accounting fields before the delays, so these were eight bytes earlier. Versions 2 and 3 left
/// alignment to the compiler, which on 64-bit machines saved four bytes before `ac_uid` and four more before
/// `ac_etime`. Version 15 inserted the extremes in the middle; version 16 has the same size and the usual order again,
/// so only the version number distinguishes the two.
struct FieldLayout: Sendable {
    /// Fields and their offsets, in ascending order of offset.
    let entries: [(field: Field, offset: Int)]
    /// The number of bytes up to the end of the last field.
    let size: Int
    /// The fields, as a set.
    let fields: FieldSet
    /// Whether every field has its offset of the newest struct.
    let isCanonical: Bool

    private init(version: UInt16) {
        entries =
            Field.allCases
            .filter { $0.firstVersion <= version }
            .compactMap { field in Self.offset(of: field, in: version).map { (field, $0) } }
            .sorted { $0.1 < $1.1 }
        size = entries.map { $0.offset + $0.field.kind.width }.max() ?? 0
        fields = FieldSet(entries.map(\.field))
        isCanonical = entries.allSatisfy { $0.offset == $0.field.offset }
    }

    /// Returns the layout of a version, or of the newest known version for any later one.
    static func of(version: UInt16) -> FieldLayout { layouts[Int(min(version, newestVersion))] }

    /// The newest version in the table.
    static let newestVersion: UInt16 = 17

    private static let layouts = (0...newestVersion).map(FieldLayout.init(version:))

    private static func offset(of field: Field, in version: UInt16) -> Int? {
        switch version {
        case 1: field == .version ? 0 : field.offset - 8
        case 2...3 where field.offset >= Field.acEtime.offset: field.offset - 8
        case 2...3 where field.offset >= Field.acUid.offset: field.offset - 4
        case 15: field.offsetInVersion15
        default: field.offset
        }
    }

    /// Returns the fields that are entirely within the first `length` bytes.
    func fields(within length: Int) -> FieldSet {
        if length >= size { return fields }
        return FieldSet(entries.lazy.filter { $0.offset + $0.field.kind.width <= length }.map(\.field))
    }
}
