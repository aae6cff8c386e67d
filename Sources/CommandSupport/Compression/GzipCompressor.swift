import CZlib

/// A compressor of gzip members in memory.
@safe package final class GzipCompressor: StreamCompressor {
    // On the heap, because zlib refers to it.
    private let stream: UnsafeMutablePointer<z_stream>

    /// Creates a compressor; nil when there is no memory for it.
    package init?() {
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        let result = unsafe deflateInit2_(
            stream, Z_BEST_SPEED, Z_DEFLATED, ZlibStream.gzipWindowBits, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            ZlibStream.size)
        guard result == Z_OK else { return nil }
    }

    deinit {
        _ = unsafe deflateEnd(stream)
        unsafe stream.deallocate()
    }

    package func compress(_ bytes: ArraySlice<UInt8>, _ continuation: Continuation, to output: inout [UInt8]) {
        let mode =
            switch continuation {
            case .more: Z_NO_FLUSH
            case .flush: Z_SYNC_FLUSH
            case .end: Z_FINISH
            }
        let room = 64 << 10
        unsafe bytes.withUnsafeBytes { source in
            unsafe ZlibStream.setInput(source, of: stream)
            unsafe withUnsafeTemporaryAllocation(byteCount: room, alignment: 16) { target in
                repeat {
                    unsafe ZlibStream.setOutput(target, of: stream)
                    let result = unsafe deflate(stream, mode)
                    precondition(result != Z_STREAM_ERROR, "zlib refuses to compress")
                    unsafe output.append(contentsOf: target.prefix(room - Int(stream.pointee.avail_out)))
                } while unsafe stream.pointee.avail_out == 0
            }
        }
        if continuation == .end { _ = unsafe deflateReset(stream) }
    }
}
