import Glibc
import LinuxSystem

/// A new file that replaces another one when it is complete.
///
/// It is written under a temporary name in the same directory, which is removed if the file is not finished.
struct OutputReplacement: ~Copyable {
    /// The descriptor for writing.
    let descriptor: Descriptor
    private let place: OutputPlace
    private let temporaryName: String
    private var isFinished = false

    /// Creates the new file; throws if ``OutputRules`` forbid overwriting the old one.
    static func begin(_ path: String) throws(OutputProblem) -> OutputReplacement {
        let place = try OutputPlace.of(path)
        let mode = try place.modeOfRegular()
        // Collectors read names with their own suffix, like .prom, and no hidden files.
        let name = ".tsctl-\(String(UInt64.random(in: .min ... .max), radix: 16))"
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
    consuming func finish() throws(OutputProblem) {
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

extension OutputFile {
    /// Replaces or creates a regular file so that its name refers to a complete text at any time; writes directly to
    /// other files.
    static func replace(_ path: String, with lines: [String]) throws {
        if let special = try openSpecial(path) { return try write(lines, to: special.descriptor, name: path) }
        let replacement: OutputReplacement
        do throws(OutputProblem) {
            replacement = try OutputReplacement.begin(path)
        } catch {
            throw error.failure(writing: path)
        }
        try write(lines, to: replacement.descriptor, name: path)
        do throws(OutputProblem) {
            try replacement.finish()
        } catch {
            throw error.failure(writing: path)
        }
    }

    private static func write(
        _ lines: [String], to descriptor: borrowing Descriptor, name: String
    ) throws(StandardOutput.Stop) {
        var output = StandardOutput(descriptor: descriptor.number, name: name)
        for line in lines { output.line(line) }
        try output.flush()
    }
}
