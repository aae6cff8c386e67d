import TaskstatsModel

/// Encodes records as specified in Protocol/README.md, one string at a time: slow, plain, and independent of the
/// encoder.
enum ReferenceEncoder {
    static func exitLine(_ record: ExitRecord, fields: FieldSet, redacted: [FieldGroup]) -> String {
        let fields = FieldSet(fields.filter { !redacted.contains($0.group) })
        var entries = [
            "\"cpu\":\(record.cpu)", "\"seq\":\(record.sequence)", "\"time\":\(record.time)", "\"pid\":\(record.pid)",
        ]
        if let tgid = record.tgid { entries.append("\"tgid\":\(tgid)") }
        if let isLast = record.isLast { entries.append("\"last\":\(isLast)") }
        switch record.exit {
        case .code(let code): entries.append("\"exit\":{\"code\":\(code)}")
        case .signal(let signal, let core):
            entries.append("\"exit\":{\"signal\":\(signal),\"name\":\"\(SignalName.of(signal))\",\"core\":\(core)}")
        case nil: break
        }
        if !redacted.isEmpty {
            entries.append("\"redacted\":[\(redacted.map { "\"\($0.rawValue)\"" }.joined(separator: ","))]")
        }
        entries.append("\"stats\":\(stats(record.task, fields: fields))")
        if let process = record.process { entries.append("\"tgid_stats\":\(stats(process, fields: fields))") }
        let parts = [("stats", record.task)] + (record.process.map { [("tgid_stats", $0)] } ?? [])
        let needAccounting = fields.filter { $0.isCountedByDelayAccounting }
        let uncounted = parts.filter { $0.1.hasUncountedDelays && !needAccounting.isEmpty }.map { "\"\($0.0)\"" }
        if !uncounted.isEmpty { entries.append("\"uncounted\":[\(uncounted.joined(separator: ","))]") }
        let implausible = parts.map { ($0.0, self.implausible($0.1, fields: fields)) }.filter { $0.1 != "{}" }
        if !implausible.isEmpty {
            let objects = implausible.map { "\"\($0.0)\":\($0.1)" }
            entries.append("\"implausible\":{\(objects.joined(separator: ","))}")
        }
        return "{\"jsonrpc\":\"2.0\",\"method\":\"exit\",\"params\":{\(entries.joined(separator: ","))}}\n"
    }

    static func stats(_ record: TaskRecord, fields: FieldSet) -> String {
        let entries = Field.allCases
            .filter { record.present.contains($0) && fields.contains($0) }
            .flatMap { written($0, of: record) }
        return "{\(entries.joined(separator: ","))}"
    }

    private static func implausible(_ record: TaskRecord, fields: FieldSet) -> String {
        let entries = Field.allCases.filter(fields.contains).compactMap { field in
            record.implausibleValue(of: field).map { "\"\(field.name)\":\($0)" }
        }
        return "{\(entries.joined(separator: ","))}"
    }

    static func string(_ text: String) -> String {
        let characters = text.utf16.map { unit in
            switch unit {
            case 0x22: "\\\""
            case 0x5c: "\\\\"
            case 0x20...0x7e: String(Character(Unicode.Scalar(UInt8(unit))))
            default: "\\u" + hex(UInt64(unit), width: 4)
            }
        }
        return "\"\(characters.joined())\""
    }

    private static func written(_ field: Field, of record: TaskRecord) -> [String] {
        let value = record[field] ?? 0
        switch field.kind {
        case .u8, .u16, .u32, .u64, .timestamp: return ["\"\(field.name)\":\(value)"]
        case .i8: return ["\"\(field.name)\":\(Int64(bitPattern: value))"]
        case .identifier: return ["\"\(field.name)\":\"\(value)\""]
        case .device:
            let major = (value & 0xfff00) >> 8
            let minor = (value & 0xff) | ((value >> 12) & 0xfff00)
            return ["\"\(field.name)\":\"\(major):\(minor)\""]
        case .command:
            let bytes = record.commandBytes ?? []
            let name = "\"\(field.name)\":\(string(String(decoding: bytes, as: UTF8.self)))"
            if String(validating: bytes, as: UTF8.self) != nil { return [name] }
            return [name, "\"\(field.name)_hex\":\"\(bytes.map { hex(UInt64($0), width: 2) }.joined())\""]
        }
    }

    private static func hex(_ value: UInt64, width: Int) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: width - digits.count) + digits
    }
}

extension Field {
    /// Whether the kernel needs delay accounting for the field, judging by its name.
    fileprivate var isCountedByDelayAccounting: Bool {
        ["blkio_", "swapin_", "freepages_", "thrashing_", "compact_", "wpcopy_", "irq_"].contains(where: name.hasPrefix)
    }
}
