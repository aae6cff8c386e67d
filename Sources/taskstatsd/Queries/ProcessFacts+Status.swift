import TaskstatsBroker

extension AccessPolicy.ProcessFacts {
    /// Parses the text of /proc/PID/status; nil when a field is missing.
    init?(status text: [UInt8], fileOwner: UInt32, isInInitialUserNamespace: Bool) {
        var (command, uids, gids): (String?, IDs?, IDs?)
        var (tgid, threads): (UInt32?, UInt32?)
        var capabilities: UInt64?
        for line in StatusLines(text) {
            // The first line of a name counts: it comes from the kernel, and a process's own name is escaped.
            switch line.name {
            case "Name": command = command ?? Self.unescaped(line.value)
            case "Uid": uids = uids ?? Self.ids(line.value)
            case "Gid": gids = gids ?? Self.ids(line.value)
            case "Tgid": tgid = tgid ?? Self.number(line.value)
            case "Threads": threads = threads ?? Self.number(line.value)
            case "CapPrm":
                capabilities = capabilities ?? UInt64(String(decoding: line.value, as: UTF8.self), radix: 16)
            default: continue
            }
        }
        guard let command, let uids, let gids, let tgid, let threads, let capabilities else { return nil }
        self.init(
            command: command, uids: uids, gids: gids, fileOwner: fileOwner, permittedCapabilities: capabilities,
            tgid: tgid, threads: Int(threads), isInInitialUserNamespace: isInInitialUserNamespace)
    }

    private static func ids(_ value: ArraySlice<UInt8>) -> IDs? {
        let numbers = value.split(separator: UInt8(ascii: "\t"), maxSplits: 3).map(number)
        guard numbers.count >= 3, let real = numbers[0], let effective = numbers[1], let saved = numbers[2] else {
            return nil
        }
        return IDs(real: real, effective: effective, saved: saved)
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> UInt32? {
        guard !digits.isEmpty else { return nil }
        var value: UInt32 = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            let (tens, overflowsTens) = value.multipliedReportingOverflow(by: 10)
            let (next, overflows) = tens.addingReportingOverflow(UInt32(digit - UInt8(ascii: "0")))
            guard !overflowsTens, !overflows else { return nil }
            value = next
        }
        return value
    }

    /// Unescapes newlines and backslashes, which the kernel escapes in names.
    private static func unescaped(_ name: ArraySlice<UInt8>) -> String {
        let backslash = UInt8(ascii: "\\")
        guard name.contains(backslash) else { return String(decoding: name, as: UTF8.self) }
        var bytes: [UInt8] = []
        var isEscaped = false
        for byte in name {
            if byte == backslash, !isEscaped {
                isEscaped = true
            } else {
                bytes.append(isEscaped && byte == UInt8(ascii: "n") ? UInt8(ascii: "\n") : byte)
                isEscaped = false
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// The lines of /proc/PID/status, each split at its first colon.
///
/// It is read twice for every query of an ordinary user, so unused lines are not copied.
private struct StatusLines: Sequence, IteratorProtocol {
    struct Line {
        let name: Name
        let value: ArraySlice<UInt8>
    }

    /// A name that a switch can match without creating a String.
    struct Name {
        fileprivate let bytes: ArraySlice<UInt8>

        static func ~= (pattern: StaticString, name: Name) -> Bool {
            guard pattern.utf8CodeUnitCount == name.bytes.count else { return false }
            return unsafe UnsafeBufferPointer(start: pattern.utf8Start, count: pattern.utf8CodeUnitCount)
                .elementsEqual(name.bytes)
        }
    }

    private var remaining: ArraySlice<UInt8>

    init(_ text: [UInt8]) { remaining = text[...] }

    mutating func next() -> Line? {
        while !remaining.isEmpty {
            let end = remaining.firstIndex(of: UInt8(ascii: "\n")) ?? remaining.endIndex
            let line = remaining[..<end]
            remaining = remaining[end...].dropFirst()
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
            // A tab follows the colon.
            return Line(name: Name(bytes: line[..<colon]), value: line[colon...].dropFirst(2))
        }
        return nil
    }
}
