import Glibc

/// Cuts a stream of bytes into lines ended by `\n`; a `\r` before it is dropped.
///
/// It never holds more than one line of the longest allowed length and what came with it. Of a line that is too long
/// nothing is kept: it is told once, and its rest is discarded as it comes.
@safe package struct LineFramer: ~Copyable {
    /// What the stream held next.
    package enum Item<Line> {
        /// A whole line, as the reader made it out.
        case line(Line)
        /// A line that is longer than allowed.
        case tooLong
        /// No whole line so far.
        case incomplete
    }

    private let limit: Int
    private let capacity: Int
    private let storage: UnsafeMutableRawBufferPointer
    /// The bytes that are there and not yet handed out.
    private var start = 0
    private var end = 0
    /// Up to where no newline was found.
    private var searched = 0
    private var isDiscarding = false

    /// A framer for lines of at most `limit` bytes, without their newline.
    package init(limit: Int) {
        self.limit = limit
        capacity = 2 * limit + 2
        unsafe storage = .allocate(byteCount: capacity, alignment: 16)
    }

    deinit {
        unsafe storage.deallocate()
    }

    /// The bytes of an unfinished line.
    package var pendingBytes: Int { end - start }

    /// Lends room to read into; `read` returns how many bytes it put there.
    ///
    /// While lines wait to be taken out there may be no room. Then `read` is not called: a descriptor that is read into
    /// no room answers 0, which would be taken for the end of the stream.
    package mutating func fill<Failure: Error>(
        _ read: (UnsafeMutableRawBufferPointer) throws(Failure) -> Int
    ) throws(Failure) {
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

    /// Lends the next line, without its end, to `read`; when it says `incomplete` it is time to fill again.
    package mutating func next<Line>(_ read: (UnsafeRawBufferPointer) -> Line) -> Item<Line> {
        while true {
            guard let newline = newline() else {
                searched = end
                if isDiscarding {
                    (start, end, searched) = (0, 0, 0)
                } else if end - start > limit + 1 {
                    (start, end, searched) = (0, 0, 0)
                    isDiscarding = true
                    return .tooLong
                }
                return .incomplete
            }
            let first = start
            (start, searched) = (newline + 1, newline + 1)
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

    private func newline() -> Int? {
        guard searched < end, let base = unsafe storage.baseAddress else { return nil }
        guard let found = unsafe memchr(base + searched, Int32(UInt8(ascii: "\n")), end - searched) else { return nil }
        return unsafe UnsafeRawPointer(found) - UnsafeRawPointer(base)
    }
}
