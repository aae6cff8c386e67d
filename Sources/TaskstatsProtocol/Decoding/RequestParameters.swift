import TaskstatsModel

/// The `params` of a request; all keys are checked before any value is read.
struct RequestParameters {
    static let ofGet: Set = ["pid", "tgid", "cgroup", "fields", "origin"]
    static let ofSubscribe: Set = ["cpus", "scope", "fields", "filter", "overflow", "origin", "starts", "since"]
    private static let targetsOfGet = ["pid", "tgid", "cgroup"]

    private let values: [String: JSONValue]

    init(_ params: JSONValue?, allowed: Set<String>) throws(ProtocolError) {
        guard let params else {
            values = [:]
            return
        }
        guard let entries = params.entries else {
            throw ProtocolError(.invalidParams, "params must be an object", field: "params")
        }
        for (name, _) in entries where !allowed.contains(name) {
            let known =
                allowed.isEmpty ? "this method takes none" : "known: \(allowed.sorted().joined(separator: ", "))"
            throw .invalidParams(name, "no such parameter; \(known)")
        }
        values = Dictionary(entries.map { ($0.name, $0.value) }) { first, _ in first }
    }

    // MARK: Methods

    func get() throws(ProtocolError) -> Request.Call {
        let named = Self.targetsOfGet.filter { values[$0] != nil }
        guard named.count == 1, let name = named.first, let value = values[name] else {
            throw ProtocolError(.invalidParams, "get takes exactly one of pid, tgid and cgroup")
        }
        switch name {
        case "pid": return .get(.pid(try taskID(name, value)), fields: try fields(), origin: try flag("origin"))
        case "tgid": return .get(.tgid(try taskID(name, value)), fields: try fields(), origin: try flag("origin"))
        default:
            guard values["origin"] == nil else { throw .invalidParams("origin", "cannot be combined with cgroup") }
            guard values["fields"] == nil else { throw .invalidParams("fields", "cannot be combined with cgroup") }
            guard let path = value.string else { throw .invalidParams(name, "must be a string with an absolute path") }
            _ = try CgroupPath.components(of: path)
            return .get(.cgroup(path), fields: .all)
        }
    }

    func subscribe() throws(ProtocolError) -> Request.Call {
        var result = Subscription()
        var cpuList = CPUSet.all.description
        if let value = values["cpus"] {
            guard let text = value.string else {
                throw .invalidParams("cpus", "must be a string with a list like 0-3,8 or all")
            }
            guard CPUSet.partLimit(of: text) <= ProtocolLimits.cpuListParts else {
                throw .invalidParams("cpus", "has more than \(ProtocolLimits.cpuListParts) parts")
            }
            do throws(CPUSet.ParsingError) {
                try CPUSet.checkSyntax(of: text)
            } catch {
                throw .invalidParams("cpus", error.description)
            }
            cpuList = text
        }
        if let scope: RecordScope = try choice("scope") { result.scope = scope }
        if let overflow: Subscription.Overflow = try choice("overflow") { result.overflow = overflow }
        result.fields = try fields()
        result.origin = try flag("origin")
        result.starts = try flag("starts")
        if let since = values["since"] { result.since = try HistoryStart(params: since) }
        if let filter = values["filter"] { result.filter = try RecordFilter(params: filter) }
        return .subscribe(result, cpuList: cpuList)
    }

    // MARK: Members

    private func taskID(_ name: String, _ value: JSONValue) throws(ProtocolError) -> UInt32 {
        guard let integer = value.integer, (1...Int64(Int32.max)).contains(integer) else {
            throw .invalidParams(name, "must be an integer from 1 to \(Int32.max)")
        }
        return UInt32(integer)
    }

    private func fields() throws(ProtocolError) -> FieldSet {
        guard let value = values["fields"] else { return .all }
        guard let elements = value.elements, !elements.isEmpty else {
            throw .invalidParams("fields", "must be a non-empty list of field or group names")
        }
        var result = FieldSet()
        for element in elements {
            guard let name = element.string else { throw .invalidParams("fields", "must contain only strings") }
            guard let named = FieldSet(named: name) else {
                throw .invalidParams("fields", "no field or group '\(name)'; describe lists them")
            }
            result = result.union(named)
        }
        return result
    }

    private func flag(_ name: String) throws(ProtocolError) -> Bool {
        guard let value = values[name] else { return false }
        guard let flag = value.bool else { throw .invalidParams(name, "must be true or false") }
        return flag
    }

    private func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ name: String
    ) throws(ProtocolError) -> Choice? {
        guard let value = values[name] else { return nil }
        return try Self.choice(name, value)
    }

    static func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ name: String, _ value: JSONValue
    ) throws(ProtocolError) -> Choice {
        guard let choice = value.string.flatMap(Choice.init(rawValue:)) else {
            let known = Choice.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
            throw .invalidParams(name, "must be one of \(known)")
        }
        return choice
    }
}

extension HistoryStart {
    /// Decodes the `since` of a subscription.
    init(params value: JSONValue) throws(ProtocolError) {
        if let time = value.integer {
            guard let time = UInt64(exactly: time) else { throw .invalidParams("since", "must not be negative") }
            self = .time(time)
        } else if let text = value.string {
            guard let duration = DurationArgument(text) else {
                throw .invalidParams("since", DurationArgument.expectation)
            }
            self = .ago(duration.duration)
        } else {
            self = try Self.position(value)
        }
    }

    private static func position(_ value: JSONValue) throws(ProtocolError) -> HistoryStart {
        guard let entries = value.entries else {
            throw .invalidParams("since", "must be a time, a duration, or an object with instance and index")
        }
        for (name, _) in entries where name != "instance" && name != "index" {
            throw .invalidParams("since.\(name)", "no such key; known: instance and index")
        }
        guard let instance = value["instance"]?.string, instance.utf8.count <= ProtocolLimits.instanceBytes else {
            throw .invalidParams(
                "since.instance", "must be a string of at most \(ProtocolLimits.instanceBytes) bytes")
        }
        guard let index = value["index"]?.integer.flatMap(UInt64.init(exactly:)) else {
            throw .invalidParams("since.index", "must be a non-negative integer")
        }
        return .after(instance: instance, index: index)
    }
}

extension RecordFilter {
    /// Decodes the `filter` of a subscription.
    init(params value: JSONValue) throws(ProtocolError) {
        var parameters = try FilterParameters(value)
        self = try parameters.filter()
    }
}

/// The `filter` of a subscription.
private struct FilterParameters {
    private let entries: [(name: String, value: JSONValue)]
    private var idsLeft = ProtocolLimits.filterIDs

    init(_ value: JSONValue) throws(ProtocolError) {
        guard let entries = value.entries else { throw .invalidParams("filter", "must be an object") }
        self.entries = entries
    }

    mutating func filter() throws(ProtocolError) -> RecordFilter {
        var result = RecordFilter()
        for (name, value) in entries {
            switch name {
            case "uid": result.uids = try ids(name, value)
            case "gid": result.gids = try ids(name, value)
            case "ppid": result.ppids = try ids(name, value)
            case "exit": result.exit = try RequestParameters.choice("filter.exit", value)
            case "comm": result.commands = try patterns(name, value)
            case "unit": result.units = try patterns(name, value)
            case "cgroup": result.cgroups = try patterns(name, value)
            case "command_line": result.commandLines = try patterns(name, value)
            case "container": result.containers = try containers(value)
            case "min_elapsed_us":
                guard let microseconds = value.integer, microseconds >= 0 else {
                    throw .invalidParams("filter.min_elapsed_us", "must be a non-negative integer (in microseconds)")
                }
                result.minElapsedMicroseconds = UInt64(microseconds)
            default:
                throw .invalidParams(
                    "filter.\(name)",
                    "no such condition; known: uid, gid, ppid, comm, exit, min_elapsed_us, unit, cgroup, container and "
                        + "command_line")
            }
        }
        return result
    }

    private func patterns(_ name: String, _ value: JSONValue) throws(ProtocolError) -> [GlobPattern] {
        let limit = ProtocolLimits.patternBytes
        return try list(
            name, value, "must be a pattern or a list",
            "must be a pattern like 'git*' of at most \(limit) bytes with closed brackets"
        ) { $0.utf8.count <= limit ? GlobPattern($0) : nil }
    }

    private func containers(_ value: JSONValue) throws(ProtocolError) -> [String] {
        let lengths = 1...ProtocolLimits.patternBytes
        return try list(
            "container", value, "must be the beginning of an id, or a list",
            "must be the beginning of an id, of 1 to \(lengths.upperBound) bytes"
        ) { lengths.contains($0.utf8.count) ? $0 : nil }
    }

    /// Decodes one text, or a list of them, with the problems of the list and of an element.
    private func list<Element>(
        _ name: String, _ value: JSONValue, _ listProblem: String, _ elementProblem: String,
        _ element: (String) -> Element?
    ) throws(ProtocolError) -> [Element] {
        let values = value.elements ?? [value]
        guard (1...ProtocolLimits.filterPatterns).contains(values.count) else {
            throw .invalidParams("filter.\(name)", "\(listProblem) of 1 to \(ProtocolLimits.filterPatterns)")
        }
        var elements: [Element] = []
        for value in values {
            guard let element = value.string.flatMap(element) else {
                throw .invalidParams("filter.\(name)", elementProblem)
            }
            elements.append(element)
        }
        return elements
    }

    private mutating func ids(_ name: String, _ value: JSONValue) throws(ProtocolError) -> Set<UInt32> {
        guard let integers = value.integers, !integers.isEmpty else {
            throw .invalidParams("filter.\(name)", "must be a non-empty list of integers from 0 to \(UInt32.max)")
        }
        guard integers.count <= idsLeft else {
            throw .invalidParams(
                "filter.\(name)", "the lists of a filter can have at most \(ProtocolLimits.filterIDs) ids in total")
        }
        idsLeft -= integers.count
        var ids = Set<UInt32>(minimumCapacity: integers.count)
        for integer in integers {
            guard let id = UInt32(exactly: integer) else {
                throw .invalidParams("filter.\(name)", "must contain integers from 0 to \(UInt32.max)")
            }
            ids.insert(id)
        }
        return ids
    }
}
