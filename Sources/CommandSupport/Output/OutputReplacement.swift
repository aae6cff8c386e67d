import Glibc
import LinuxSystem

/// A new file that replaces another one when it is complete.
///
/// It is written under a temporary name in the same directory, which is removed if the file is not finished.
package struct OutputReplacement: ~Copyable {
    /// The descriptor for writing.
    package let descriptor: Descriptor
    private let place: OutputPlace
    private let temporaryName: String
    private var isFinished = false

    /// Creates the new file; throws if ``OutputRules`` forbid overwriting the old one.
    package static func begin(_ path: String) throws(OutputProblem) -> OutputReplacement {
        let place = try OutputPlace.of(path)
        let mode = try place.modeOfRegular()
        // Collectors read names with their own suffix, like .prom, and no hidden files.
        let name = ".taskstats-\(String(UInt64.random(in: .min ... .max), radix: 16))"
        guard let descriptor = try place.create(as: name) else { throw .changed }
        let replacement = OutputReplacement(descriptor, place, name)
        if let mode, fchmod(replacement.descriptor.number, mode) != 0 { throw .system(.last("fchmod")) }
        return replacement
    }

    private init(_ descriptor: consuming Descriptor, _ place: consuming OutputPlace, _ temporaryName: String) {
        self.descriptor = descriptor
        self.place = place
        self.temporaryName = temporaryName
    }

    /// Syncs the new file to disk and renames it.
    package consuming func finish() throws(OutputProblem) {
        guard fsync(descriptor.number) == 0 else { throw .system(.last("fsync")) }
        // Another user may have replaced the old file in the meantime.
        _ = try place.modeOfRegular()
        try place.rename(from: temporaryName)
        isFinished = true
    }

    deinit {
        if !isFinished { place.remove(temporaryName) }
    }
}
