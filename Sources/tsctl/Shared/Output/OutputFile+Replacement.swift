import CommandSupport
import LinuxSystem

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
