import Glibc

/// Splits a stream of bytes into lines ended by `
/// `, and drops a `\r` before it.
///
/// It holds at most one line of the maximum length and the bytes that came with it, and no memory while it holds no
/// bytes. A line that is too long is reported once and discarded.
@safe package struct LineFramer: ~Copyable {
    /// The next item of the stream.
    package enum Item<Line> {
        /// A whole line, as returned by the reader.
        case line(Line)
        /// A line that exceeds the limit.
        case tooLong
        /// No whole line so far.
        case incomplete
    }

    private let limit: Int
    private let capacity: Int
    private var storage = unsafe UnsafeMutableRawBufferPointer(start: nil, count: 0)
    /// The range of unread bytes.
    private var start = 0
    private var end = 0
    /// The end of the range without a newline.
    private var searched = 0
    private var isDiscarding = false

    /// Creates a framer for lines of at most `limit` bytes, without their newline.
    package init(limit: Int) {
        self.limit = limit
        capacity = 2 * limit + 2
    }

    deinit {
        unsafe storage.deallocate()
    }

    /// The number of bytes of an unfinished line.
    package var pendingBytes: Int { end - start }

    /// The number of bytes of memory held.
    package var memoryBytes: Int { unsafe storage.count }

    /// Passes free space to `read`, which returns the number of bytes that it put there.
    ///
    /// While whole lines are queued there may be no space. Then `read` is not called, because reading a descriptor into
    /// an empty buffer returns 0, which would be taken for the end of the stream.
    package mutating func fill<Failure: Error>(
        _ read: (UnsafeMutableRawBufferPointer) throws(Failure) -> Int
    ) throws(Failure) {
        if unsafe storage.isEmpty { unsafe storage = .allocate(byteCount: capacity, alignment: 16) }
        if start > 0 {
            let origin = unsafe UnsafeRawBufferPointer(rebasing: storage[start..<end])
            unsafe storage.copyMemory(from: origin)
            (start, end, searched) = (0, end - start, searched - start)
        }
        guard end < capacity else { return }
        let count = try unsafe read(UnsafeMutableRawBufferPointer(rebasing: storage[end...]))
        precondition(count >= 0 && count <= capacity - end, "a reader went beyond the room it was lent")
        end += count
    }

    /// Passes the next line, without its end, to `read`; returns `incomplete` when it is time to fill again.
    package mutating func next<Line>(_ read: (UnsafeRawBufferPointer) -> Line) -> Item<Line> {
        while true {
            guard let newline = newline() else {
                searched = end
                if isDiscarding {
                    release()
                } else if end - start > limit + 1 {
                    release()
                    isDiscarding = true
                    return .tooLong
                } else if end == start {
                    release()
                }
                return .incomplete
            }
            let first = start
            (start, searched) = (newline + 1, newline + 1)
            // The caller may not ask for another line when there is none.
            defer { if start == end { release() } }
            if isDiscarding {
                isDiscarding = false
                continue
            }
            var last = newline
            if last > first, unsafe storage[last - 1] == UInt8(ascii: "\r") { last -= 1 }
            guard last - first <= limit else { return .tooLong }
            return unsafe .line(read(UnsafeRawBufferPointer(rebasing: storage[first..<last])))
        }
    }

    private mutating func release() {
        (start, end, searched) = (0, 0, 0)
        unsafe storage.deallocate()
        unsafe storage = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    }

    private func newline() -> Int? {
        guard searched < end, let base = unsafe storage.baseAddress else { return nil }
        guard let found = unsafe memchr(base + searched, Int32(UInt8(ascii: "\n")), end - searched) else { return nil }
        return unsafe UnsafeRawPointer(found) - UnsafeRawPointer(base)
    }
}
