import Glibc
import LinuxSystem
import Testing

/// The switch of delay accounting, which is restored at the end of the value's life.
final class DelayAccounting {
    private static let path = "/proc/sys/kernel/task_delayacct"
    private let before: String

    /// Changes the switch.
    init(isOn: Bool) throws {
        before = try Host.text(Self.path)
        try set(isOn)
    }

    deinit { try? Self.write(before) }

    /// Changes the switch.
    func set(_ isOn: Bool) throws { try Self.write(isOn ? "1" : "0") }

    private static func write(_ text: String) throws {
        let file = try unsafe Descriptor(open(path, O_WRONLY | O_CLOEXEC), of: "open")
        let bytes = Array(text.utf8)
        let count = unsafe Glibc.write(file.number, bytes, bytes.count)
        guard count == bytes.count else { throw SystemError.last("write") }
    }
}
