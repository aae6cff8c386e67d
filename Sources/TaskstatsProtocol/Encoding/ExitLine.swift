import TaskstatsModel

extension RecordEncoder {
    /// Appends the whole `exit` line of a record, with its newline; it depends on the client only by the arguments.
    ///
    /// `fields` are the requested fields, `redacted` the groups of this record that the client may not see;
    /// `hidesProcess` withholds the sums of the process as well.
    package static func appendExitLine(
        _ record: borrowing ExitRecord, fields: FieldSet, redacted: [FieldGroup], hidesProcess: Bool = false,
        origin: EncodedOrigin? = nil, to bytes: inout ByteBuffer
    ) {
        var fields = fields
        for group in redacted { fields = fields.subtracting(FieldSet(group: group)) }

        bytes.reserve(exitLineLimit)
        bytes.append("{\"jsonrpc\":\"2.0\",\"method\":\"exit\",\"params\":{\"cpu\":")
        bytes.append(decimal: UInt64(record.cpu))
        bytes.append(",\"seq\":")
        bytes.append(decimal: record.sequence)
        if let index = record.index {
            bytes.append(",\"index\":")
            bytes.append(decimal: index)
        }
        bytes.append(",\"time\":")
        bytes.append(decimal: record.time)
        bytes.append(",\"pid\":")
        bytes.append(decimal: UInt64(record.pid))
        if let tgid = record.tgid {
            bytes.append(",\"tgid\":")
            bytes.append(decimal: UInt64(tgid))
        }
        if let isLast = record.isLast {
            if isLast { bytes.append(",\"last\":true") } else { bytes.append(",\"last\":false") }
        }
        if let exit = record.exit {
            bytes.append(",\"exit\":")
            appendExit(exit, to: &bytes)
        }
        let hidesProcess = hidesProcess && record.process != nil
        if !redacted.isEmpty || hidesProcess {
            bytes.append(",\"redacted\":")
            var separator: StaticString = "["
            for name in redacted.map(\.rawValue) + (hidesProcess ? [processKey] : []) {
                bytes.append(separator)
                bytes.append("\"")
                bytes.append(text: name)
                bytes.append("\"")
                separator = ","
            }
            bytes.append("]")
        }
        bytes.append(",\"stats\":")
        appendStats(record.task, fields: fields, to: &bytes)
        if !hidesProcess, let process = record.process {
            bytes.append(",\"tgid_stats\":")
            appendStats(process, fields: fields, to: &bytes)
        }
        appendOmissions(of: record, fields: fields, hidesProcess: hidesProcess, to: &bytes)
        if let origin {
            bytes.append(",\"origin\":")
            unsafe origin.text.withUnsafeBytes { unsafe bytes.append($0) }
        }
        bytes.append("}}\n")
    }

    /// The key of the sums of a process, and their name in `redacted`.
    package static let processKey = "tgid_stats"

    /// Appends the exit status of a task, as a JSON object.
    package static func appendExit(_ exit: ExitStatus, to bytes: inout ByteBuffer) {
        switch exit {
        case .code(let code):
            bytes.append("{\"code\":")
            bytes.append(decimal: UInt64(code))
            bytes.append("}")
        case .signal(let signal, let coreDumped):
            bytes.append("{\"signal\":")
            bytes.append(decimal: UInt64(signal))
            bytes.append(",\"name\":\"")
            bytes.append(text: SignalName.of(signal))
            if coreDumped { bytes.append("\",\"core\":true}") } else { bytes.append("\",\"core\":false}") }
        }
    }
}

extension ByteBuffer {
    /// Appends an integer in decimal digits.
    @inline(__always)
    package mutating func append(decimal value: UInt64) {
        unsafe append(atMost: DecimalDigits.limit) { start in unsafe DecimalDigits.write(value, at: start) - start }
    }
}
