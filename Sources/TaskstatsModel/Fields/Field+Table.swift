extension Field {
    /// The kernel's name, as in <linux/taskstats.h> and in JSON.
    public var name: String { row.name }
    /// The representation of the value in struct taskstats and in JSON.
    public var kind: FieldKind { row.kind }
    /// The unit of the number.
    public var unit: FieldUnit { row.unit }
    /// The group that includes the field.
    public var group: FieldGroup { row.group }
    /// The first struct version with this field.
    public var firstVersion: UInt16 { row.since }
    /// The byte offset of the field in the newest struct.
    public var offset: Int { row.offset }
    /// The byte offset of the field in version 15; nil when that version lacked it.
    public var offsetInVersion15: Int? { row.offsetInVersion15 }
    /// Whether per-process records contain the field; per-task records contain every field.
    public var isFilledInProcessRecords: Bool { row.records == .any }
    /// The meaning of the value, in one line.
    public var meaning: String { row.meaning }

    /// Creates the field with a kernel name; nil when there is none.
    public init?(name: String) {
        guard let field = Self.byName[name] else { return nil }
        self = field
    }

    private var row: FieldTable.Row { FieldTable.rows[Int(rawValue)] }
    private static let byName = Dictionary(uniqueKeysWithValues: allCases.map { ($0.name, $0) })
}

extension FieldTable {
    /// One field of struct taskstats.
    struct Row: Sendable {
        /// The records that contain the field: only those of a task, or those of a process as well.
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
