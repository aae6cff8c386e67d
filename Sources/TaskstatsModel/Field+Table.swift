extension Field {
    /// The kernel's name, as in <linux/taskstats.h> and in JSON.
    public var name: String { row.name }
    /// How the value is held in struct taskstats and written in JSON.
    public var kind: FieldKind { row.kind }
    /// What the number counts.
    public var unit: FieldUnit { row.unit }
    /// The group that a client can ask for by one name.
    public var group: FieldGroup { row.group }
    /// The first struct version that has the member.
    public var firstVersion: UInt16 { row.since }
    /// Where the member stands in the newest struct, in bytes.
    public var offset: Int { row.offset }
    /// Where the member stood in version 15, in bytes; nil when that version lacked it.
    public var offsetInVersion15: Int? { row.offsetInVersion15 }
    /// Whether the per-process record carries it; the per-task record carries every member.
    public var isFilledInProcessRecords: Bool { row.records == .any }
    /// One line on what the value means.
    public var meaning: String { row.meaning }

    /// The field of that kernel name, or nil.
    public init?(name: String) {
        guard let field = Self.byName[name] else { return nil }
        self = field
    }

    private var row: FieldTable.Row { FieldTable.rows[Int(rawValue)] }
    private static let byName = Dictionary(uniqueKeysWithValues: allCases.map { ($0.name, $0) })
}

extension FieldTable {
    /// One member of struct taskstats.
    struct Row: Sendable {
        /// Which records carry the member: only those of a task, or those of a process as well.
        enum Records { case task, any }

        let field: Field
        let name: String
        let kind: FieldKind
        let unit: FieldUnit
        let group: FieldGroup
        let since: UInt16
        let offset: Int
        let offsetInVersion15: Int?
        let records: Records
        let meaning: String

        init(
            _ field: Field, _ name: String, _ kind: FieldKind, _ unit: FieldUnit, _ group: FieldGroup, since: UInt16,
            at offset: Int, v15 offsetInVersion15: Int?, in records: Records, _ meaning: String
        ) {
            self.field = field
            self.name = name
            self.kind = kind
            self.unit = unit
            self.group = group
            self.since = since
            self.offset = offset
            self.offsetInVersion15 = offsetInVersion15
            self.records = records
            self.meaning = meaning
        }
    }
}
