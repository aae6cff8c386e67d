import TaskstatsModel
import TaskstatsProtocol

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

    /// Appends an origin.
    static func append(_ origin: ProcessOrigin, to bytes: inout ByteBuffer) {
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
        bytes.append(raw: flags.rawValue)
        for source in origin.sources.all { bytes.append(code(of: source)) }
        if let commandLine = origin.commandLine { append(commandLine.terminatedBytes, to: &bytes) }
        if let executable = origin.executable { append(Array(executable.utf8), to: &bytes) }
        if let cgroup = origin.cgroup { append(cgroup.pathBytes, to: &bytes) }
        if let started = origin.startedNanoseconds { bytes.append(raw: started) }
        if let session = origin.session { bytes.append(raw: session) }
        if let uid = origin.commandUID { bytes.append(raw: uid) }
        guard let parents = origin.parents else { return }
        bytes.append(UInt8(clamping: parents.count))
        for parent in parents.prefix(Int(UInt8.max)) {
            bytes.append(raw: parent.pid)
            bytes.append(raw: parent.uid ?? noUID)
            append(parent.commandBytes, to: &bytes)
        }
    }

    private static func append(_ text: [UInt8], to bytes: inout ByteBuffer) {
        bytes.append(raw: UInt16(clamping: text.count))
        unsafe text.prefix(Int(UInt16.max)).withUnsafeBytes { unsafe bytes.append($0) }
    }

    /// Reads an origin.
    static func read(_ packed: inout PackedReader) -> ProcessOrigin {
        let flags = Flags(rawValue: packed.next(UInt16.self))
        var sources = ProcessOrigin.Sources()
        sources.all = sources.all.map { _ in source(of: packed.next(UInt8.self)) }
        let commandLine =
            flags.contains(.hasCommand)
            ? ProcessCommandLine(terminatedBytes: text(&packed), isTruncated: flags.contains(.isTruncated)) : nil
        let executable = flags.contains(.hasExecutable) ? String(decoding: text(&packed), as: UTF8.self) : nil
        let cgroup = flags.contains(.hasCgroup) ? ControlGroup(pathBytes: text(&packed)) : nil
        let started = flags.contains(.hasStart) ? packed.next(UInt64.self) : nil
        let session = flags.contains(.hasSession) ? packed.next(UInt32.self) : nil
        let uid = flags.contains(.hasUID) ? packed.next(UInt32.self) : nil
        var parents: [ProcessOrigin.Parent]?
        if flags.contains(.hasParents) {
            parents = (0..<packed.next(UInt8.self)).map { _ in
                let (pid, uid) = (packed.next(UInt32.self), packed.next(UInt32.self))
                return ProcessOrigin.Parent(pid: pid, commandBytes: text(&packed), uid: uid == noUID ? nil : uid)
            }
        }
        return ProcessOrigin(
            commandLine: commandLine, executable: executable, cgroup: cgroup, parents: parents,
            startedNanoseconds: started, session: session, sources: sources, commandUID: uid)
    }

    private static func text(_ packed: inout PackedReader) -> [UInt8] {
        packed.next(count: Int(packed.next(UInt16.self)))
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

    private static func source(of code: UInt8) -> ProcessOrigin.Source? {
        ProcessOrigin.Source.allCases.first { self.code(of: $0) == code }
    }
}

extension ProcessOrigin.Sources {
    /// All sources, in a fixed order.
    fileprivate var all: [ProcessOrigin.Source?] {
        get { [command, cgroup, parents, started, session] }
        set {
            (command, cgroup, parents, started, session) = (
                newValue[0], newValue[1], newValue[2], newValue[3], newValue[4]
            )
        }
    }
}
