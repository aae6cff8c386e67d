import CLinux
import CommandSupport
import Glibc
import LinuxSystem

/// The socket on which clients connect, and its file, which is removed at the end.
///
/// The file appears when the socket listens, so that a script can wait for it. It replaces the file of a server that is
/// gone, and nothing else.
struct ServingSocket: ~Copyable {
    let descriptor: Descriptor
    let path: String
    private let file: stat

    static func open(_ path: String) throws(Failure) -> ServingSocket {
        try checkFree(path)
        // In the same directory, so that it can be renamed.
        let temporary = path.prefix(through: path.lastIndex(of: "/") ?? path.startIndex)
        let new = (path.contains("/") ? temporary : "") + ".tsctl-\(getpid())"
        do throws(SystemError) {
            let descriptor = try UnixSocket.bind(to: String(new))
            guard listen(descriptor.number, SOMAXCONN) == 0 else { throw .last("listen") }
            guard unsafe rename(String(new), path) == 0 else {
                let error = SystemError.last("rename")
                _ = unsafe unlink(String(new))
                throw error
            }
            return ServingSocket(descriptor: descriptor, path: path, file: status(of: path) ?? stat())
        } catch {
            throw Failure("cannot listen on \(path): \(error.text)")
        }
    }

    private init(descriptor: consuming Descriptor, path: String, file: stat) {
        self.descriptor = descriptor
        self.path = path
        self.file = file
    }

    /// Accepts a connection; nil if there is none.
    func accept() throws(SystemError) -> Descriptor? {
        let connection = clinux_accept(descriptor.number)
        if connection < 0, [EAGAIN, EINTR, ECONNABORTED].contains(errno) { return nil }
        return try Descriptor(connection, of: "accept4")
    }

    /// Removes the file, unless another process has replaced it.
    func removeFile() {
        guard let now = Self.status(of: path), now.st_dev == file.st_dev, now.st_ino == file.st_ino else { return }
        _ = unsafe unlink(path)
    }

    private static func checkFree(_ path: String) throws(Failure) {
        guard let status = status(of: path) else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else {
            throw Failure("\(path) exists and is not a socket; choose another path with --socket")
        }
        do throws(SystemError) {
            _ = try UnixSocket.connectNow(to: path)
        } catch {
            if error.errno == ECONNREFUSED { return }
        }
        throw Failure("another process is listening on \(path); choose another path with --socket")
    }

    private static func status(of path: String) -> stat? {
        var status = stat()
        return unsafe lstat(path, &status) == 0 ? status : nil
    }
}
