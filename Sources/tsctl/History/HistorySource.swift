import ArgumentParser
import CommandSupport
import Glibc
import LinuxSystem

/// The option for the directory of recordings.
struct HistorySource: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Read the recordings in this directory only (default: \(RecordingDirectory.defaultPath), and taskstatsd).",
            valueName: "path"),
        completion: .directory)
    var directory: String?

    /// Returns the recordings; nil without the option if the default directory has none or is not readable.
    func history() throws(Failure) -> DirectoryHistory? {
        if let directory { return try DirectoryHistory(RecordingDirectory(path: directory)) }
        guard unsafe access(RecordingDirectory.defaultPath, R_OK | X_OK) == 0 else { return nil }
        let history = try DirectoryHistory(RecordingDirectory(path: RecordingDirectory.defaultPath))
        return history.files.isEmpty ? nil : history
    }
}
