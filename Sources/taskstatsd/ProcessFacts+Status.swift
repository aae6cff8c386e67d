import TaskstatsBroker

extension AccessPolicy.ProcessFacts {
    /// The facts in the text of /proc/PID/status; nil when one of them is not there.
    init?(status text: String, fileOwner: UInt32, isInInitialUserNamespace: Bool) {
        var values: [String: Substring.UTF8View] = [:]
        for line in text.utf8.split(separator: UInt8(ascii: "\n")) {
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
            let name = String(Substring(line[..<colon]))
            // The first line of a name counts: what follows is the kernel's, what a process names itself is escaped.
            if values[name] == nil { values[name] = line[colon...].dropFirst(2) }
        }
        guard let command = values["Name"], let uids = Self.ids(values["Uid"]), let gids = Self.ids(values["Gid"]),
            let capabilities = values["CapPrm"].flatMap({ UInt64(Substring($0), radix: 16) }),
            let tgid = values["Tgid"].flatMap({ UInt32(Substring($0)) })
        else { return nil }
        self.init(
            command: Self.unescaped(command), uids: uids, gids: gids, fileOwner: fileOwner,
            permittedCapabilities: capabilities, tgid: tgid, isInInitialUserNamespace: isInInitialUserNamespace)
    }

    private static func ids(_ value: Substring.UTF8View?) -> IDs? {
        let numbers = (value?.split(separator: UInt8(ascii: "\t")) ?? []).map { UInt32(Substring($0)) }
        guard numbers.count >= 3, let real = numbers[0], let effective = numbers[1], let saved = numbers[2] else {
            return nil
        }
        return IDs(real: real, effective: effective, saved: saved)
    }

    /// A name without the escapes that the kernel writes for a newline and for a backslash.
    private static func unescaped(_ name: Substring.UTF8View) -> String {
        let backslash = UInt8(ascii: "\\")
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
