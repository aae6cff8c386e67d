import TaskstatsModel

/// Writes records as Protocol/README.md says, one string at a time: slow, plain, and independent of the encoder.
enum ReferenceEncoder {
    static func exitLine(_ record: ExitRecord, fields: FieldSet, redacted: [FieldGroup]) -> String {
        let fields = FieldSet(fields.filter { !redacted.contains($0.group) })
        var members = [
            "\"cpu\":\(record.cpu)", "\"seq\":\(record.sequence)", "\"time\":\(record.time)", "\"pid\":\(record.pid)",
        ]
        if let tgid = record.tgid { members.append("\"tgid\":\(tgid)") }
        if let isLast = record.isLast { members.append("\"last\":\(isLast)") }
        switch record.exit {
        case .code(let code): members.append("\"exit\":{\"code\":\(code)}")
        case .signal(let signal, let core):
            members.append("\"exit\":{\"signal\":\(signal),\"name\":\"\(SignalName.of(signal))\",\"core\":\(core)}")
        case nil: break
        }
        if !redacted.isEmpty {
            members.append("\"redacted\":[\(redacted.map { "\"\($0.rawValue)\"" }.joined(separator: ","))]")
        }
        members.append("\"stats\":\(stats(record.task, fields: fields))")
        if let process = record.process { members.append("\"tgid_stats\":\(stats(process, fields: fields))") }
        return "{\"jsonrpc\":\"2.0\",\"method\":\"exit\",\"params\":{\(members.joined(separator: ","))}}\n"
    }

    static func stats(_ record: TaskRecord, fields: FieldSet) -> String {
        let members = Field.allCases
            .filter { record.present.contains($0) && fields.contains($0) }
            .flatMap { written($0, of: record) }
        return "{\(members.joined(separator: ","))}"
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
