import CLinux
import Glibc
import LinuxSystem

/// A file of a directory of recordings, opened for reading, in which a frame is found by its time.
struct MarkedFile: ~Copyable {
    /// A mark and its place.
    struct Place: Equatable {
        var mark: FrameMark
        var offset: Int
    }

    private static let chunk = 256 << 10

    let name: RecordingFileName
    let path: String
    private let file: Descriptor

    /// Opens a file; throws if it cannot be read.
    static func open(_ name: RecordingFileName, in directory: RecordingDirectory) throws(SystemError) -> MarkedFile {
        let path = directory.path(of: name)
        // A foreign FIFO of this name must not block.
        let file = try unsafe Descriptor(
            Glibc.open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC), of: "open")
        return MarkedFile(name: name, path: path, file: file)
    }

    private init(name: RecordingFileName, path: String, file: consuming Descriptor) {
        self.name = name
        self.path = path
        self.file = file
    }

    /// The size of the file so far.
    var size: Int {
        var status = stat()
        return unsafe fstat(file.number, &status) == 0 ? Int(status.st_size) : 0
    }

    /// Reads up to this many bytes at an offset; fewer only at the end of the file.
    func bytes(at offset: Int, count: Int) throws(SystemError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let read = unsafe bytes.withUnsafeMutableBytes { room in
                unsafe pread(
                    file.number, room.baseAddress.map { unsafe $0 + filled }, count - filled, off_t(offset + filled))
            }
            if read < 0, errno == EINTR { continue }
            guard read >= 0 else { throw .last("read") }
            if read == 0 { break }
            filled += read
        }
        bytes.removeLast(count - filled)
        return bytes
    }

    /// Reads into the buffer at an offset; returns 0 at the end.
    func read(at offset: Int, into room: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
        while true {
            let count = unsafe pread(file.number, room.baseAddress, room.count, off_t(offset))
            if count >= 0 { return count }
            guard errno == EINTR else { throw .last("read") }
        }
    }

    // MARK: Marks

    /// Returns the first mark at an offset or after it, before the limit; nil if there is none.
    func mark(from offset: Int, before limit: Int) throws(SystemError) -> Place? {
        var start = offset
        while start < limit {
            // A mark that begins in the chunk is read to its end.
            let bytes = try bytes(at: start, count: min(Self.chunk, limit - start) + FrameMark.size - 1)
            var next = 0
            while let found = Self.opening(in: bytes[next...]) {
                guard start + found < limit else { return nil }
                if let mark = FrameMark(bytes[found...].prefix(FrameMark.size)) {
                    return Place(mark: mark, offset: start + found)
                }
                next = found + 1
            }
            start += Self.chunk
        }
        return nil
    }

    /// Returns the last mark before an offset; nil if there is none.
    func lastMark(before offset: Int) throws(SystemError) -> Place? {
        var end = offset
        while end > 0 {
            let start = max(0, end - Self.chunk)
            var last: Place?
            var next = start
            while let place = try mark(from: next, before: end) {
                last = place
                next = place.offset + 1
            }
            if let last { return last }
            end = start
        }
        return nil
    }

    /// Returns the mark of the frame in which the first record at a time or after it is, or of an earlier frame.
    func mark(before time: UInt64) throws(SystemError) -> Place? {
        // The first frame has the header, so reading begins after it.
        guard let header = try mark(from: 0, before: size),
            var low = try mark(from: header.offset + FrameMark.size, before: size)
        else { return nil }
        let wanted = time > DirectoryWriter.disorder ? time - DirectoryWriter.disorder : 0
        var high = size
        // The last mark before `wanted` is `low` or lies between `low` and `high`.
        while high - low.offset > Self.chunk {
            let middle = low.offset + (high - low.offset) / 2
            guard let found = try mark(from: middle, before: high), found.mark.time < wanted else {
                high = middle
                continue
            }
            low = found
        }
        while let next = try mark(from: low.offset + 1, before: high), next.mark.time < wanted { low = next }
        return low
    }

    private static func opening(in bytes: ArraySlice<UInt8>) -> Int? {
        let found = unsafe bytes.withUnsafeBytes { bytes in
            unsafe FrameMark.opening.withUnsafeBytes { wanted in
                unsafe clinux_find(bytes.baseAddress, bytes.count, wanted.baseAddress, wanted.count)
            }
        }
        return found >= 0 ? bytes.startIndex + found : nil
    }
}
