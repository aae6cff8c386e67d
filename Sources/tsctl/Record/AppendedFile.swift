import Glibc
import LinuxSystem

/// A file to which blocks are appended.
struct AppendedFile: ~Copyable {
    /// What is in a file.
    struct Counts {
        var exits: UInt64 = 0
        var lost: UInt64 = 0
    }

    let name: RecordingFileName
    var counts = Counts()
    /// The bytes in the file.
    private(set) var bytes: UInt64 = 0
    /// The bytes up to the end of the last block that is on disk.
    private var syncedBytes: UInt64 = 0
    private let descriptor: Descriptor

    init(_ descriptor: consuming Descriptor, name: RecordingFileName) {
        self.descriptor = descriptor
        self.name = name
    }

    /// Appends bytes; returns what prevented it, and cuts the file to the last block on disk then.
    mutating func append(_ content: [UInt8]) -> SystemError? {
        do throws(SystemError) {
            try descriptor.writeAll(content)
        } catch {
            // Nothing that cannot be decompressed stays after what can.
            _ = ftruncate(descriptor.number, off_t(syncedBytes))
            return error
        }
        bytes += UInt64(content.count)
        return nil
    }

    /// Syncs what was appended to disk; returns what prevented it.
    mutating func sync() -> SystemError? {
        guard fdatasync(descriptor.number) == 0 else { return .last("fdatasync") }
        syncedBytes = bytes
        return nil
    }
}
