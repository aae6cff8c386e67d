import CLinux
import Glibc
import LinuxSystem

/// The socket on which clients connect, and its file.
///
/// Any local process can connect; access is decided per client. At startup, the file of a dead daemon is replaced and
/// that of a running one is left alone, even when two daemons start at once. At exit, the file is removed if it still
/// belongs to this daemon. The file and mode of an inherited socket are left to the process that created it.
struct ListeningSocket: ~Copyable {
    /// The reason why there is no socket.
    enum Failure: Error, CustomStringConvertible {
        case alreadyRunning(path: String)
        case notASocket(path: String)
        case inherited(String)
        case system(path: String, SystemError)

        var description: String {
            switch self {
            case .alreadyRunning(let path):
                "another taskstatsd is already listening on \(path) (choose another path with --socket)"
            case .notASocket(let path):
                "\(path) exists and is not a socket; remove it, or choose another path with --socket"
            case .inherited(let problem):
                "cannot use the inherited listening socket: \(problem)"
            case .system(let path, let error):
                "cannot listen on \(path): \(error)"
            }
        }
    }

    private struct FileIdentity: Equatable {
        var device: dev_t
        var inode: ino_t
    }

    private(set) var descriptor: Descriptor
    let path: String
    /// The daemon's own socket file and path lock; nil for an inherited socket.
    private let file: FileIdentity?
    private let lock: PathLock?

    static func open(path: String) throws(Failure) -> ListeningSocket {
        let lock = try lock(path)
        let descriptor = try bind(path)
        let everybody: mode_t = 0o666
        guard unsafe chmod(path, everybody) == 0 else { throw .system(path: path, .last("chmod")) }
        clinux_refuse_descriptors(descriptor.number)
        guard listen(descriptor.number, SOMAXCONN) == 0 else { throw .system(path: path, .last("listen")) }
        return ListeningSocket(descriptor: descriptor, path: path, file: identity(of: path), lock: lock)
    }

    private init(descriptor: consuming Descriptor, path: String, file: FileIdentity?, lock: consuming PathLock?) {
        self.descriptor = descriptor
        self.path = path
        self.file = file
        self.lock = lock
    }

    init(inherited descriptor: consuming Descriptor, path: String) {
        self.init(descriptor: descriptor, path: path, file: nil, lock: nil)
    }

    private static func lock(_ path: String) throws(Failure) -> PathLock {
        let lock: PathLock?
        do throws(SystemError) {
            lock = try PathLock.take(path)
        } catch {
            throw .system(path: path, error)
        }
        guard let lock else { throw .alreadyRunning(path: path) }
        return lock
    }

    /// Accepts a pending connection; nil when there is none.
    func accept() throws(SystemError) -> Descriptor? {
        let connection = clinux_accept(descriptor.number)
        if connection < 0, errno == EAGAIN || errno == EINTR || errno == ECONNABORTED { return nil }
        return try Descriptor(connection, of: "accept4")
    }

    /// Leaves closing the socket to process exit, which does not wait for descriptors queued in the backlog.
    mutating func leaveOpen() {
        var socket = Descriptor.closed
        swap(&socket, &descriptor)
        _ = socket.leaveOpen()
    }

    /// Removes the file, unless it was inherited or has been replaced by another process.
    func removeFile() throws(SystemError) {
        guard let file, Self.identity(of: path) == file else { return }
        guard unsafe unlink(path) == 0 else { throw .last("unlink") }
    }

    /// Throws if a running daemon answers on the path.
    static func checkNobodyAnswers(at path: String) throws(Failure) {
        do throws(SystemError) {
            _ = try UnixSocket.connect(to: path)
        } catch {
            switch error.errno {
            case ENOENT, ECONNREFUSED: return
            case ENOTSOCK: throw .notASocket(path: path)
            default: throw .system(path: path, error)
            }
        }
        throw .alreadyRunning(path: path)
    }

    private static func bind(_ path: String) throws(Failure) -> Descriptor {
        do throws(SystemError) {
            return try UnixSocket.bind(to: path)
        } catch {
            guard error.errno == EADDRINUSE else { throw .system(path: path, error) }
        }
        try checkNobodyAnswers(at: path)
        guard isSocket(path) else { throw .notASocket(path: path) }
        guard unsafe unlink(path) == 0 else { throw .system(path: path, .last("unlink")) }
        do throws(SystemError) {
            return try UnixSocket.bind(to: path)
        } catch {
            throw .system(path: path, error)
        }
    }

    private static func isSocket(_ path: String) -> Bool {
        var status = stat()
        return unsafe lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFSOCK
    }

    private static func identity(of path: String) -> FileIdentity? {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else { return nil }
        return FileIdentity(device: status.st_dev, inode: status.st_ino)
    }
}
