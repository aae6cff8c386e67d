import CLinux
import Glibc
import LinuxSystem

/// Exclusive ownership of a path, released when the process ends for any reason.
///
/// It is a locked file next to the path, `PATH.lock`. Without it, two daemons that start at once could both find the
/// socket of a dead one, and the second would remove the new socket of the first.
struct PathLock: ~Copyable {
    private let file: Descriptor
    private let lockPath: String

    /// Acquires the lock; nil when another process holds it.
    static func take(_ path: String) throws(SystemError) -> PathLock? {
        let lockPath = path + ".lock"
        while true {
            let file = try unsafe Descriptor(clinux_create(lockPath, 0o600), of: "open")
            guard flock(file.number, LOCK_EX | LOCK_NB) == 0 else {
                guard errno == EWOULDBLOCK else { throw .last("flock") }
                return nil
            }
            // The previous holder may have removed the file between the two calls, which makes this lock useless.
            if try isStillThere(file, lockPath) { return PathLock(file: file, lockPath: lockPath) }
        }
    }

    private init(file: consuming Descriptor, lockPath: String) {
        self.file = file
        self.lockPath = lockPath
    }

    deinit {
        // Before the descriptor is closed, which releases the lock.
        _ = unsafe unlink(lockPath)
    }

    private static func isStillThere(_ file: borrowing Descriptor, _ path: String) throws(SystemError) -> Bool {
        var (ours, found) = (stat(), stat())
        guard unsafe fstat(file.number, &ours) == 0 else { throw .last("fstat") }
        return unsafe lstat(path, &found) == 0 && ours.st_dev == found.st_dev && ours.st_ino == found.st_ino
    }
}
