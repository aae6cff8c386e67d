import TaskstatsModel

/// The dense form of origins in the history.
///
/// Unlike the text for clients, it has what decides which of them may see the origin: the users of the execution and of
/// the parents.
enum OriginPacking {
    private struct Flags: OptionSet {
        let rawValue: UInt16

        static let hasCommand = Flags(rawValue: 1)
        static let isTruncated = Flags(rawValue: 2)
        static let hasExecutable = Flags(rawValue: 4)
        static let hasCgroup = Flags(rawValue: 8)
        static let hasParents = Flags(rawValue: 16)
        static let hasStart = Flags(rawValue: 32)
        static let hasSession = Flags(rawValue: 64)
        static let hasUID = Flags(rawValue: 128)
    }

    /// No user has this id.
    private static let noUID = UInt32.max

    /// Returns the maximum size of an origin.
    static func limit(_ origin: ProcessOrigin) -> Int {
        let (fixed, text, parent) = (64, 2, 32)
        return fixed + text + (origin.commandLine?.byteCount ?? 0) + text + (origin.executable?.utf8.count ?? 0) + text
            + (origin.cgroup?.pathBytes.count ?? 0) + (origin.parents?.count ?? 0) * parent
    }

    /// Writes an origin.
    static func write(_ origin: ProcessOrigin, to packed: inout PackedWriter) {
        packed.append(flags(of: origin).rawValue)
        let sources = origin.sources
        packed.append(code(of: sources.command))
        packed.append(code(of: sources.cgroup))
        packed.append(code(of: sources.parents))
        packed.append(code(of: sources.started))
        packed.append(code(of: sources.session))
        if let commandLine = origin.commandLine { packed.append(text: commandLine.terminatedBytes.span) }
        if let executable = origin.executable { packed.append(text: executable.utf8.span) }
        if let cgroup = origin.cgroup { packed.append(text: cgroup.pathBytes.span) }
        if let started = origin.startedNanoseconds { packed.append(started) }
        if let session = origin.session { packed.append(session) }
        if let uid = origin.commandUID { packed.append(uid) }
        guard let parents = origin.parents else { return }
        packed.append(UInt8(clamping: parents.count))
        // A span, because copying a parent would count references.
        let span = parents.span
        for index in span.indices {
            packed.append(span[index].pid)
            packed.append(span[index].uid ?? noUID)
            packed.append(text: span[index].commandBytes.span)
        }
    }

    private static func flags(of origin: ProcessOrigin) -> Flags {
        var flags: Flags = []
        if let commandLine = origin.commandLine {
            flags.formUnion(commandLine.isTruncated ? [.hasCommand, .isTruncated] : .hasCommand)
        }
        if origin.executable != nil { flags.insert(.hasExecutable) }
        if origin.cgroup != nil { flags.insert(.hasCgroup) }
        if origin.parents != nil { flags.insert(.hasParents) }
        if origin.startedNanoseconds != nil { flags.insert(.hasStart) }
        if origin.session != nil { flags.insert(.hasSession) }
        if origin.commandUID != nil { flags.insert(.hasUID) }
        return flags
    }

    /// Reads an origin.
    static func read(_ packed: inout PackedReader) -> ProcessOrigin {
        let flags = Flags(rawValue: packed.next(UInt16.self))
        var sources = ProcessOrigin.Sources()
        sources.command = source(&packed)
        sources.cgroup = source(&packed)
        sources.parents = source(&packed)
        sources.started = source(&packed)
        sources.session = source(&packed)
        let commandLine =
            flags.contains(.hasCommand)
            ? ProcessCommandLine(terminatedBytes: packed.nextText(), isTruncated: flags.contains(.isTruncated)) : nil
        let executable = flags.contains(.hasExecutable) ? String(decoding: packed.nextText(), as: UTF8.self) : nil
        let cgroup = flags.contains(.hasCgroup) ? ControlGroup(pathBytes: packed.nextText()) : nil
        let started = flags.contains(.hasStart) ? packed.next(UInt64.self) : nil
        let session = flags.contains(.hasSession) ? packed.next(UInt32.self) : nil
        let uid = flags.contains(.hasUID) ? packed.next(UInt32.self) : nil
        var parents: [ProcessOrigin.Parent]?
        if flags.contains(.hasParents) {
            parents = (0..<packed.next(UInt8.self)).map { _ in
                let (pid, uid) = (packed.next(UInt32.self), packed.next(UInt32.self))
                return ProcessOrigin.Parent(pid: pid, commandBytes: packed.nextText(), uid: uid == noUID ? nil : uid)
            }
        }
        return ProcessOrigin(
            commandLine: commandLine, executable: executable, cgroup: cgroup, parents: parents,
            startedNanoseconds: started, session: session, sources: sources, commandUID: uid)
    }

    private static func code(of source: ProcessOrigin.Source?) -> UInt8 {
        switch source {
        case nil: 0
        case .exec: 1
        case .fork: 2
        case .exit: 3
        case .scan: 4
        }
    }

    private static func source(_ packed: inout PackedReader) -> ProcessOrigin.Source? {
        switch packed.next(UInt8.self) {
        case 1: .exec
        case 2: .fork
        case 3: .exit
        case 4: .scan
        default: nil
        }
    }
}
