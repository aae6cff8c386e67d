import CommandSupport
import Glibc
import LinuxSystem

/// A file for output, opened so that no other user can decide what it is.
///
/// Its name can be in a directory where any user creates files, and tsctl often runs as root. So a new file is created
/// with O_EXCL. Every other open keeps O_CREAT, without which the kernel's protections of such directories
/// (fs.protected_fifos, fs.protected_regular) do not apply. Links are not followed. The opened file is examined with
/// fstat before it is written or truncated; ``OutputRules`` apply regardless of those sysctls.
struct OutputFile: ~Copyable {
    /// The descriptor for writing.
    let descriptor: Descriptor
    /// Whether the descriptor was opened here, so that no other process shares its status flags.
    let isOwn: Bool

    /// Opens an existing file that is not regular, or an inherited descriptor; returns nil if there is neither.
    ///
    /// A FIFO is opened once it has a reader, within the deadline.
    static func openSpecial(
        _ path: String, before deadline: ContinuousClock.Instant? = nil
    ) throws(Failure) -> OutputFile? {
        do throws(OutputProblem) {
            if let number = InheritedDescriptor.number(path) {
                return OutputFile(descriptor: try InheritedDescriptor.open(number), isOwn: false)
            }
            let place = try OutputPlace.of(path)
            switch try place.kind() {
            case nil, .regular: return nil
            case .device: return try examined(try place.open(O_NONBLOCK), at: place)
            case .fifo: return try examined(try FIFOOpening.open(place, before: deadline), at: place)
            }
        } catch {
            throw error.failure(writing: path)
        }
    }

    /// Creates a file, or truncates an existing regular file if overwriting is allowed.
    static func create(_ path: String, overwriting: Bool) throws(Failure) -> OutputFile {
        do throws(OutputProblem) {
            let place = try OutputPlace.of(path)
            if let created = try place.create() { return OutputFile(descriptor: created, isOwn: true) }
            guard overwriting else { throw .exists }
            guard try place.kind() == .regular else { throw .changed }
            let file = try examined(try place.open(O_NONBLOCK), at: place, as: .regular)
            guard ftruncate(file.descriptor.number, 0) == 0 else { throw .system(.last("ftruncate")) }
            return file
        } catch {
            throw error.failure(writing: path)
        }
    }

    /// Opens a file for output, of which a regular one is created or overwritten.
    static func overwrite(_ path: String) throws(Failure) -> OutputFile {
        if let special = try openSpecial(path) { return special }
        return try create(path, overwriting: true)
    }

    /// Returns the number of a file's descriptor, or another one where there is no file.
    static func number(of file: borrowing OutputFile?, else other: Int32) -> Int32 {
        switch file {
        case .some(let file): file.descriptor.number
        case .none: other
        }
    }

    /// Takes the opened file if it is still the one that was examined, which another user may have replaced.
    private static func examined(
        _ descriptor: consuming Descriptor, at place: borrowing OutputPlace, as wanted: OutputRules.Kind? = nil
    ) throws(OutputProblem) -> OutputFile {
        var status = stat()
        guard unsafe fstat(descriptor.number, &status) == 0 else { throw .system(.last("fstat")) }
        let kind = try place.rules.kind(of: status)
        guard kind == wanted || (wanted == nil && kind != .regular) else { throw .changed }
        return OutputFile(descriptor: descriptor, isOwn: true)
    }
}

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
