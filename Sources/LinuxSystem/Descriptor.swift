import Glibc

/// An owned file descriptor, closed at the end of its life and nowhere else.
package struct Descriptor: ~Copyable {
    /// The number of the descriptor, for use in system calls.
    package let number: Int32

    /// Takes over a descriptor returned by a system call; throws the call's error for -1.
    package init(_ number: Int32, of call: String) throws(SystemError) {
        guard number >= 0 else { throw .last(call) }
        self.init(owning: number)
    }

    private init(owning number: Int32) { self.number = number }

    /// Takes over the number of an open descriptor without an owner.
    package init(adopting number: Int32) { self.init(owning: number) }

    /// Gives up ownership: the descriptor stays open, and the caller owns its number.
    package consuming func leaveOpen() -> Int32 {
        let number = number
        discard self
        return number
    }

    /// An invalid descriptor, with which every call fails.
    package static var closed: Descriptor { Descriptor(owning: -1) }

    deinit {
        // Linux frees the number even when close reports an error, so there is nothing to repeat.
        if number >= 0 { _ = close(number) }
    }
}

extension Descriptor {
    /// Reads once, at most the size of the buffer; 0 at the end, nil when no data is available (EAGAIN).
    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int? {
        while true {
            let count = unsafe Glibc.read(number, buffer.baseAddress, buffer.count)
            if count >= 0 { return count }
            if errno == EINTR { continue }
            if errno == EAGAIN { return nil }
            throw .last("read")
        }
    }

    /// Opens a file for reading.
    package static func open(_ path: String) throws(SystemError) -> Descriptor {
        try unsafe Descriptor(Glibc.open(path, O_RDONLY | O_CLOEXEC), of: "open")
    }

    /// Reads a small file as text; nil when it is longer than `limit` bytes.
    package func readText(limit: Int = 65_536) throws(SystemError) -> String? {
        try readBytes(limit: limit).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Reads a small file; nil when it is longer than `limit` bytes.
    package func readBytes(limit: Int = 65_536) throws(SystemError) -> [UInt8]? {
        var bytes: [UInt8] = []
        // A result, because the allocation keeps the type of an error only in the library of Swift 6.3 and later.
        let result: Result<Void, SystemError> =
            unsafe withUnsafeTemporaryAllocation(byteCount: 4_096, alignment: 1) { chunk in
                do throws(SystemError) {
                    while bytes.count <= limit, let count = try unsafe read(into: chunk), count > 0 {
                        unsafe bytes.append(contentsOf: chunk.prefix(count))
                    }
                    return .success(())
                } catch {
                    return .failure(error)
                }
            }
        try result.get()
        return bytes.count > limit ? nil : bytes
    }

    /// Writes all bytes to a file or another descriptor that waits.
    package func writeAll(_ bytes: [UInt8]) throws(SystemError) {
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.write(
                    number, UnsafeRawBufferPointer(rebasing: buffer[written...]).baseAddress, buffer.count - written)
            }
            if count >= 0 {
                written += count
            } else if errno != EINTR {
                throw .last("write")
            }
        }
    }
}
