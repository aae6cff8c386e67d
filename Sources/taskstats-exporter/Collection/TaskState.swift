import LinuxSystem

/// The state of a task in /proc, as far as it says whether its last record was written.
enum TaskState {
    /// The flag of a task that is ending, PF_EXITING.
    private static let isExiting: UInt64 = 0x4

    /// Returns whether the task has ended, or is ending; true if it does not exist.
    static func hasEnded(_ id: UInt32, of process: UInt32) -> Bool {
        guard let text = try? Descriptor.open("/proc/\(process)/task/\(id)/stat").readBytes() else { return true }
        return hasEnded(stat: text)
    }

    /// Does the same for the contents of the file.
    static func hasEnded(stat text: [UInt8]) -> Bool {
        // The name can contain anything, also parentheses.
        guard let end = text.lastIndex(of: UInt8(ascii: ")")) else { return true }
        let fields = text[(end + 1)...].split(separator: UInt8(ascii: " "))
        // After the name: state, ppid, pgrp, session, tty_nr, tpgid, flags.
        guard fields.count > 6, let flags = UInt64(String(decoding: fields[6], as: UTF8.self)) else { return true }
        let isGone = fields[0].elementsEqual("Z".utf8) || fields[0].elementsEqual("X".utf8)
        return isGone || flags & isExiting != 0
    }
}
