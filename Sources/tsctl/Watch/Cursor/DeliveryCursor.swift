import CLinux
import CommandSupport
import Glibc
import LinuxSystem

/// What the reader of standard output has taken, of the lines that were written.
///
/// The reader of a pipe or a socket has taken what is no longer in there; a regular file takes what is written. What
/// was perhaps not taken is sent again, with the same ids.
struct DeliveryCursor {
    private enum Output {
        case file
        case pipe
        case socket
    }

    /// A place in the output, and the last record before it.
    private struct Place {
        let end: UInt64
        let instance: String
        let index: UInt64
    }

    private let file: CursorFile
    private let output: Output
    private let isResumed: Bool
    private var places: [Place] = []

    /// Creates a cursor for standard output, which another process may have written before if the stream is resumed.
    init(_ file: CursorFile, isResumed: Bool) {
        self.file = file
        self.isResumed = isResumed
        var information = stat()
        let isKnown = unsafe fstat(STDOUT_FILENO, &information) == 0
        output =
            switch isKnown ? information.st_mode & S_IFMT : 0 {
            case S_IFIFO: .pipe
            case S_IFSOCK: .socket
            default: .file
            }
    }

    /// Whether the last line of the output may be incomplete, because its writer was killed.
    ///
    /// What a pipe or a socket has had is not known: behind an incomplete line a record would be lost, although taken.
    var mayFollowIncompleteLine: Bool {
        guard case .file = output else { return isResumed }
        guard let file = try? Descriptor.open("/proc/self/fd/1") else { return false }
        var information = stat()
        var last: UInt8 = 0
        guard unsafe fstat(file.number, &information) == 0, information.st_size > 0,
            unsafe pread(file.number, &last, 1, information.st_size - 1) == 1
        else { return false }
        return last != UInt8(ascii: "\n")
    }

    /// Notes that all records up to an index are in the output before a place.
    mutating func note(_ index: UInt64, of instance: String, before end: UInt64) {
        if let last = places.last, last.index == index, last.instance == instance { return }
        places.append(Place(end: end, instance: instance, index: index))
    }

    /// Saves the last record that the reader has taken, of the bytes that were written.
    mutating func save(written: UInt64) throws(Failure) {
        let taken = written - min(written, unread)
        guard let next = places.lastIndex(where: { $0.end <= taken }) else { return }
        let place = places[next]
        // The record must not be lost if the machine fails after the cursor was saved.
        if case .file = output { _ = fdatasync(STDOUT_FILENO) }
        try file.save(instance: place.instance, index: place.index)
        places.removeFirst(next + 1)
    }

    /// The number of bytes that the reader has not taken.
    private var unread: UInt64 {
        switch output {
        case .file: 0
        case .pipe: UInt64(exactly: clinux_bytes_in_pipe(STDOUT_FILENO)) ?? .max
        // The kernel counts its own memory too, so only an empty queue is known to be taken.
        case .socket: clinux_unread_bytes(STDOUT_FILENO) == 0 ? 0 : .max
        }
    }
}
