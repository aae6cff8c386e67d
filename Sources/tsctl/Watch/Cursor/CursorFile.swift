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
    func save(instance: String, index: UInt64) throws(Failure) {
        let line = Array("\(instance)-\(index)\n".utf8)
        let replacement = path + ".new"
        do throws(SystemError) {
            let file = try Descriptor(
                unsafe open(replacement, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o644), of: "open")
            let count = unsafe line.withUnsafeBytes { unsafe write(file.number, $0.baseAddress, $0.count) }
            guard count == line.count else { throw count < 0 ? .last("write") : SystemError("write", errno: ENOSPC) }
            guard fsync(file.number) == 0 else { throw .last("fsync") }
            guard unsafe rename(replacement, path) == 0 else { throw .last("rename") }
        } catch {
            throw Failure("cannot write \(path): \(error.text)")
        }
    }
}
