import CommandSupport
import Glibc
import LinuxSystem
import Taskstats

/// The file of `--cursor`: the id of the last record that the reader has taken, as the lines have it.
///
/// It is read and replaced under the rules for files that others could have put there.
struct CursorFile {
    let path: String

    /// Reads where to continue; nil if there is no file.
    func read() throws(Failure) -> HistoryStart? {
        let text: String
        do throws(OutputProblem) {
            guard try OutputPlace.of(path).modeOfRegular() != nil else { return nil }
            text = try Self.text(of: path)
        } catch {
            throw error.failure(writing: path)
        }
        guard let start = Self.start(of: text.prefix { !$0.isNewline }) else {
            throw Failure("\(path) is not a cursor (remove it to begin with what ends from now on)")
        }
        return start
    }

    private static func text(of path: String) throws(OutputProblem) -> String {
        do throws(SystemError) {
            // Without waiting, should a FIFO have taken its place.
            let flags = O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC
            return try Descriptor(unsafe open(path, flags), of: "open").readText() ?? ""
        } catch {
            throw .system(error)
        }
    }

    /// Returns the place behind an event with this id: a record, or a loss of records.
    private static func start(of id: Substring) -> HistoryStart? {
        let parts = id.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2 || parts.count == 3 && parts[1] == "lost", !parts[0].isEmpty,
            let index = parts.last.flatMap({ UInt64($0) })
        else { return nil }
        return .after(instance: String(parts[0]), index: index)
    }

    /// Replaces the file, so that it is whole after a crash.
    func save(instance: String, index: UInt64) throws(Failure) {
        do throws(OutputProblem) {
            let replacement = try OutputReplacement.begin(path)
            do throws(SystemError) {
                try replacement.descriptor.writeAll(Array("\(instance)-\(index)\n".utf8))
            } catch {
                throw .system(error)
            }
            try replacement.finish()
        } catch {
            throw error.failure(writing: path)
        }
    }
}
