import CLinux
import Glibc
import LinuxSystem

/// A directory of recordings: files that one recorder writes one after the other, and that anyone may read.
struct RecordingDirectory {
    /// The directory of the recorder that runs as a service.
    static let defaultPath = "/var/lib/taskstats"

    /// A file of the directory.
    struct File: Equatable {
        var name: RecordingFileName
        var bytes: UInt64
    }

    /// The path of the directory.
    let path: String

    /// Returns the path of a file.
    func path(of name: RecordingFileName) -> String { "\(path)/\(name.text)" }

    /// Returns the recordings, oldest first, and the number of other files.
    func list() throws(SystemError) -> (files: [File], foreign: Int) {
        var (names, foreign) = ([RecordingFileName](), 0)
        try DirectoryEntries.forEach(of: path) { text in
            if let name = RecordingFileName(text) {
                names.append(name)
            } else if !text.hasPrefix(".") {
                foreign += 1
            }
        }
        names.sort { ($0.number, $0.time) < ($1.number, $1.time) }
        let files = names.compactMap { name in
            var status = stat()
            // A file can be removed while the directory is read.
            guard unsafe lstat(path(of: name), &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
                return File?.none
            }
            return File(name: name, bytes: UInt64(status.st_size))
        }
        return (files, foreign + names.count - files.count)
    }

    /// Creates the directory unless it exists.
    func create() throws(SystemError) {
        guard unsafe mkdir(path, 0o750) != 0, errno != EEXIST else { return }
        throw .last("mkdir")
    }

    /// Takes the right to write into the directory until the descriptor is closed; nil if another process has it.
    func lock() throws(SystemError) -> Descriptor? {
        let directory = try unsafe Descriptor(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), of: "open")
        guard flock(directory.number, LOCK_EX | LOCK_NB) == 0 else {
            guard errno == EWOULDBLOCK else { throw .last("flock") }
            return nil
        }
        return directory
    }
}
