import Glibc

/// The one owner of a file descriptor: it closes it when it goes, and nothing else calls close.
package struct Descriptor: ~Copyable {
    /// The number of the descriptor, for the system call that is made with it.
    package let number: Int32

    /// Takes over a descriptor that a system call just returned; -1 becomes the error that the call left.
    package init(_ number: Int32, of call: String) throws(SystemError) {
        guard number >= 0 else { throw .last(call) }
        self.init(owning: number)
    }

    private init(owning number: Int32) { self.number = number }

    deinit {
        // Linux frees the number even when close reports an error; there is nothing to repeat.
        _ = close(number)
    }
}

extension Descriptor {
    /// Reads once, up to the room there is; 0 at the end, nil when nothing is there now (EAGAIN).
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

    /// Everything that a small file holds, as text; nil when it is longer than `limit` bytes.
    package func readText(limit: Int = 65_536) throws(SystemError) -> String? {
        var bytes: [UInt8] = []
        try unsafe withUnsafeTemporaryAllocation(byteCount: 4_096, alignment: 1) { (chunk) throws(SystemError) in
            while bytes.count <= limit, let count = try unsafe read(into: chunk), count > 0 {
                unsafe bytes.append(contentsOf: chunk.prefix(count))
            }
        }
        return bytes.count > limit ? nil : String(decoding: bytes, as: UTF8.self)
    }
}
