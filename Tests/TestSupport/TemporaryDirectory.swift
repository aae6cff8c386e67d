import Glibc
import LinuxSystem
import Synchronization

/// A directory that is removed at the end of its life, with the files whose paths it returned.
package final class TemporaryDirectory: Sendable {
    /// The path of the directory.
    package let path: String
    private let files = Mutex<Set<String>>([])

    /// Creates a new directory.
    package init() throws(SystemError) {
        var template = Array("/tmp/taskstats-test-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw .last("mkdtemp") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        files.withLock { files in
            for file in files { _ = unsafe unlink(file) }
        }
        _ = unsafe rmdir(path)
    }

    /// Returns the path of a file in it.
    package func file(_ name: String) -> String {
        let file = "\(path)/\(name)"
        files.withLock { _ = $0.insert(file) }
        return file
    }

    /// Writes a new file in it, and returns its path.
    package func write(_ bytes: [UInt8], to name: String) throws(SystemError) -> String {
        let path = file(name)
        let descriptor = try unsafe Descriptor(open(path, O_WRONLY | O_CREAT | O_EXCL, 0o600), of: "open")
        guard unsafe Glibc.write(descriptor.number, bytes, bytes.count) == bytes.count else { throw .last("write") }
        return path
    }
}
