import TaskstatsModel

/// The `result` values of the methods.
extension ServerLine {
    /// Returns the answer to `get`.
    package static func stats(
        _ id: RequestID, of target: QueryTarget, _ record: borrowing TaskRecord, fields: FieldSet,
        origin: ProcessOrigin? = nil
    ) -> ByteBuffer {
        var stats = ByteBuffer(capacity: RecordEncoder.exitLineLimit)
        RecordEncoder.appendStats(record, fields: fields, to: &stats)
        RecordEncoder.appendOmissions(of: record, fields: fields, to: &stats)
        return result(id) { writer in
            writer.object { writer in
                switch target {
                case .pid(let pid): writer.field("pid", pid)
                case .tgid(let tgid): writer.field("tgid", tgid)
                case .cgroup(let path): writer.field("cgroup", path)
                }
                writer.key("stats")
                writer.value { bytes in unsafe stats.withUnsafeBytes { unsafe bytes.append($0) } }
                if let origin {
                    writer.key("origin")
                    origin.write(to: &writer)
                }
            }
        }
    }

    /// Returns the answer to `get` for a cgroup.
    package static func stats(_ id: RequestID, ofCgroup path: String, _ stats: CgroupStats) -> ByteBuffer {
        result(id) { writer in
            writer.object { writer in
                writer.field("cgroup", path)
                writer.key("stats")
                writer.object { writer in
                    writer.field("nr_sleeping", stats.sleeping)
                    writer.field("nr_running", stats.running)
                    writer.field("nr_stopped", stats.stopped)
                    writer.field("nr_uninterruptible", stats.uninterruptible)
                    writer.field("nr_io_wait", stats.ioWait)
                }
            }
        }
    }

    /// Returns the answer to `subscribe`: the effective parameters, and the sequence number of each CPU's next record.
    ///
    /// The sequence numbers of CPUs that do not fit in the line are omitted; several thousand fit.
    package static func subscribed(
        _ id: RequestID, _ subscription: Subscription, nextIndex: UInt64, nextSequence: (Int) -> UInt64?
    ) -> ByteBuffer {
        let longestEntry = 64
        return result(id) { writer in
            writer.object { writer in
                subscription.writeEffective(to: &writer)
                writer.field("next_index", nextIndex)
                writer.key("next_seq")
                writer.object { writer in
                    for cpu in subscription.cpus {
                        guard writer.bytes.count + longestEntry < ProtocolLimits.lineBytes else { break }
                        if let sequence = nextSequence(cpu) { writer.field("\(cpu)", sequence) }
                    }
                }
            }
        }
    }

    /// Returns the answer to `unsubscribe`.
    package static func unsubscribed(_ id: RequestID) -> ByteBuffer {
        result(id) { $0.object { _ in } }
    }

    /// Returns the answer to `describe`: the protocol and every field.
    package static func description(_ id: RequestID) -> ByteBuffer {
        result(id) { writer in
            writer.value { bytes in unsafe description.withUnsafeBytes { unsafe bytes.append($0) } }
        }
    }

    /// Encoded once, because it is by far the longest answer, and the same for every client.
    private static let description: [UInt8] = {
        var writer = JSONWriter(capacity: ProtocolLimits.lineBytes)
        writer.object { writer in
            writer.field("protocol", ProtocolLimits.version)
            writer.field("methods", ["get", "subscribe", "unsubscribe", "status", "describe"])
            writer.field("notifications", ["hello", "exit", "start", "lost", "live", "closing"])
            writer.key("fields")
            Field.writeDescriptions(of: Field.allCases, to: &writer)
        }
        return writer.finish().array
    }()
}

extension Subscription {
    /// Writes all effective parameters.
    func writeEffective(to writer: inout JSONWriter) {
        writer.field("cpus", cpus.description)
        writer.field("scope", scope.rawValue)
        writer.field("overflow", overflow.rawValue)
        writer.field("fields", fields.lazy.map(\.name))
        if origin { writer.field("origin", true) }
        if starts { writer.field("starts", true) }
        since?.write(to: &writer)
        if !filter.isEmpty {
            writer.key("filter")
            writer.object { filter.write(to: &$0) }
        }
    }
}

extension HistoryStart {
    /// Writes the parameter `since`.
    func write(to writer: inout JSONWriter) {
        switch self {
        case .time(let time): writer.field("since", time)
        case .ago(let duration):
            writer.field("since", DurationArgument(microseconds: duration.wholeMicroseconds).description)
        case .after(let instance, let index):
            writer.key("since")
            writer.object { writer in
                writer.field("instance", instance)
                writer.field("index", index)
            }
        }
    }
}

extension Field {
    /// Writes the `describe` entries of these fields, as an array.
    package static func writeDescriptions(of fields: [Field], to writer: inout JSONWriter) {
        writer.array { writer in
            for field in fields { writer.object { field.write(to: &$0) } }
        }
    }

    fileprivate func write(to writer: inout JSONWriter) {
        writer.field("name", name)
        writer.field("type", kind.jsonType)
        writer.field("unit", unit.rawValue)
        writer.field("since", firstVersion)
        writer.field("group", group.rawValue)
        writer.field("in_tgid_stats", isFilledInProcessRecords)
        writer.field("meaning", meaning)
    }
}

extension FieldKind {
    /// The type of the value in JSON.
    package var jsonType: String {
        switch self {
        case .identifier, .device, .command: "string"
        default: "integer"
        }
    }
}

extension RecordFilter {
    /// Writes the keys of `filter`.
    package func write(to writer: inout JSONWriter) {
        for (name, ids) in [("uid", uids), ("gid", gids), ("ppid", ppids)] {
            guard let ids else { continue }
            writer.key(name)
            writer.array { writer in
                for id in ids.sorted() { writer.integer(id) }
            }
        }
        for (name, patterns) in [
            ("comm", commands), ("unit", units), ("cgroup", cgroups), ("command_line", commandLines),
        ] {
            guard let patterns else { continue }
            // A daemon of protocol 1.0 accepts only one pattern.
            if patterns.count == 1 {
                writer.field(name, patterns[0].text)
            } else {
                writer.field(name, patterns.map(\.text))
            }
        }
        if let containers { writer.field("container", containers) }
        if let exit { writer.field("exit", exit.rawValue) }
        if let minElapsedMicroseconds { writer.field("min_elapsed_us", minElapsedMicroseconds) }
    }
}
