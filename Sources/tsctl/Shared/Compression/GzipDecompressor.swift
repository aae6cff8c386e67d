import CZlib
import CommandSupport

/// A decompressor of consecutive gzip members.
@safe final class GzipDecompressor: FrameDecompressor {
    // On the heap, because zlib refers to it.
    private let stream: UnsafeMutablePointer<z_stream>
    /// Whether a member has begun and not ended.
    private(set) var isInFrame = false
    private var isAtEnd = false

    /// Creates a decompressor; nil when there is no memory for it.
    init?() {
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        guard unsafe inflateInit2_(stream, ZlibStream.gzipWindowBits, ZLIB_VERSION, ZlibStream.size) == Z_OK else {
            return nil
        }
    }

    deinit {
        _ = unsafe inflateEnd(stream)
        unsafe stream.deallocate()
    }

    /// Decompresses from the input, and returns how many bytes were used and how many produced.
    func decompress(
        _ bytes: UnsafeRawBufferPointer, into room: UnsafeMutableRawBufferPointer
    ) throws(CompressionDamage) -> (used: Int, produced: Int) {
        if isAtEnd, unsafe !bytes.isEmpty { reset() }
        unsafe ZlibStream.setInput(bytes, of: stream)
        unsafe ZlibStream.setOutput(room, of: stream)
        let result = unsafe inflate(stream, Z_NO_FLUSH)
        let used = unsafe bytes.count - Int(stream.pointee.avail_in)
        let produced = unsafe room.count - Int(stream.pointee.avail_out)
        switch result {
        case Z_OK, Z_BUF_ERROR: if used > 0 { isInFrame = true }
        case Z_STREAM_END: (isInFrame, isAtEnd) = (false, true)
        default:
            let message = unsafe stream.pointee.msg.map { unsafe String(cString: $0) }
            throw CompressionDamage(text: message ?? "damaged gzip data")
        }
        return (used, produced)
    }

    /// Begins with another member.
    func reset() {
        _ = unsafe inflateReset(stream)
        (isInFrame, isAtEnd) = (false, false)
    }
}
