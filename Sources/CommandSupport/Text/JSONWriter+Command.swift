import TaskstatsProtocol

extension JSONWriter {
    /// Writes the name of a command, and also its bytes if it is not UTF-8.
    package mutating func commandField(_ name: [UInt8]) {
        field("command", String(decoding: name, as: UTF8.self))
        guard String(validating: name, as: UTF8.self) == nil else { return }
        field("command_hex", name.map { ($0 < 0x10 ? "0" : "") + String($0, radix: 16) }.joined())
    }
}
