import CommandSupport
import Glibc
import LinuxSystem
import Taskstats

/// The file of `--cursor`: the id of the last record that the reader has taken, as the lines have it.
struct CursorFile {
    let path: String

    /// Reads where to continue; nil if there is no file.
    func read() throws(Failure) -> HistoryStart? {
        let text: String
        do throws(SystemError) {
            text = try Descriptor.open(path).readText() ?? ""
        } catch {
            guard error.errno != ENOENT else { return nil }
            throw Failure("cannot read \(path): \(error.text)")
        }
        let parts = text.split(whereSeparator: \.isNewline).first?.split(separator: "-") ?? []
        guard parts.count == 2, let index = UInt64(parts[1]) else {
            throw Failure("\(path) is not a cursor (remove it to begin with what ends from now on)")
        }
        return .after(instance: String(parts[0]), index: index)
    }

    /// Replaces the file, so that it is whole after a crash.
    func save(instance: String, index: UInt64) throws {
        try OutputFile.replace(path, with: ["\(instance)-\(index)"])
    }
}
