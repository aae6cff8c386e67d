import Glibc
import LinuxSystem

/// A descriptor that tsctl inherited, under the names that shells and the kernel give it.
///
/// The descriptor itself is used: opening its name would open the file behind it again, with other permissions.
enum InheritedDescriptor {
    /// Returns the number in "-", "/dev/stdout" or "/dev/fd/63"; nil for the name of a file.
    static func number(_ path: String) -> Int32? {
        switch path {
        case "-", "/dev/stdout": return STDOUT_FILENO
        case "/dev/stderr": return STDERR_FILENO
        case "/dev/stdin": return STDIN_FILENO
        default: break
        }
        for directory in ["/dev/fd/", "/proc/self/fd/"] where path.hasPrefix(directory) {
            let digits = path.dropFirst(directory.count)
            if digits.allSatisfy({ $0.isASCII && $0.isNumber }), let number = Int32(digits) { return number }
        }
        return nil
    }

    /// Duplicates the descriptor; throws EBADF if it is not writable, or if tsctl opened it itself.
    static func open(_ number: Int32) throws(OutputProblem) -> Descriptor {
        let (own, flags) = (fcntl(number, F_GETFD), fcntl(number, F_GETFL))
        // Only inherited descriptors stay open in started programs.
        guard own >= 0, own & FD_CLOEXEC == 0, flags & O_ACCMODE != O_RDONLY else {
            throw .system(SystemError("dup", errno: EBADF))
        }
        do throws(SystemError) {
            return try Descriptor(fcntl(number, F_DUPFD_CLOEXEC, 0), of: "dup")
        } catch {
            throw .system(error)
        }
    }
}
