import TaskstatsModel

/// The keys that name requested fields whose values are not facts, and which are therefore not in the statistics.
///
/// Each key refers to the statistics by their key in the same line.
extension RecordEncoder {
    /// Appends `uncounted` and `implausible`, each with a preceding comma, unless they are empty.
    package static func appendOmissions(
        of record: borrowing ExitRecord, fields: FieldSet, hidesProcess: Bool, to bytes: inout ByteBuffer
    ) {
        let isTaskUncounted = record.task.omitsUncounted(fields)
        let isProcessUncounted = !hidesProcess && record.process?.omitsUncounted(fields) ?? false
        if isTaskUncounted || isProcessUncounted {
            bytes.append(",\"uncounted\":[")
            if isTaskUncounted { bytes.append("\"stats\"") }
            if isTaskUncounted && isProcessUncounted { bytes.append(",") }
            if isProcessUncounted { bytes.append("\"tgid_stats\"") }
            bytes.append("]")
        }

        let task = record.task.implausible.intersection(fields)
        let process = hidesProcess ? nil : record.process?.implausible.intersection(fields)
        guard !task.isEmpty || process?.isEmpty == false else { return }
        bytes.append(",\"implausible\":{")
        if !task.isEmpty {
            bytes.append("\"stats\":")
            append(record.task, task, to: &bytes)
        }
        if let process, !process.isEmpty, let sums = record.process {
            bytes.append(task.isEmpty ? "\"tgid_stats\":" : ",\"tgid_stats\":")
            append(sums, process, to: &bytes)
        }
        bytes.append("}")
    }

    /// Appends them for statistics that are alone in their line, with the key `stats`.
    static func appendOmissions(of record: borrowing TaskRecord, fields: FieldSet, to bytes: inout ByteBuffer) {
        if record.omitsUncounted(fields) { bytes.append(",\"uncounted\":[\"stats\"]") }
        let implausible = record.implausible.intersection(fields)
        guard !implausible.isEmpty else { return }
        bytes.append(",\"implausible\":{\"stats\":")
        append(record, implausible, to: &bytes)
        bytes.append("}")
    }
}

extension TaskRecord {
    /// Returns whether some of these fields are absent because delay accounting was off.
    func omitsUncounted(_ fields: FieldSet) -> Bool {
        hasUncountedDelays && !fields.intersection(WaitKind.delayAccountingFields).isEmpty
    }
}
