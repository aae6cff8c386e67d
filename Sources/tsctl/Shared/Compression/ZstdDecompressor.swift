import CZstd

/// A decompressor of consecutive zstd frames, which skips the marks between them.
@safe final class ZstdDecompressor: FrameDecompressor {
    private let context: OpaquePointer
    /// Whether a frame has begun and not ended.
    private(set) var isInFrame = false

    /// Creates a decompressor; nil when there is no memory for it.
    init?() {
        guard let context = unsafe ZSTD_createDCtx() else { return nil }
        unsafe self.context = context
    }

    deinit { _ = unsafe ZSTD_freeDCtx(context) }

    /// Decompresses from the input, and returns how many bytes were used and how many produced.
    func decompress(
        _ bytes: UnsafeRawBufferPointer, into room: UnsafeMutableRawBufferPointer
    ) throws(CompressionDamage) -> (used: Int, produced: Int) {
        var input = unsafe ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: 0)
        var output = unsafe ZSTD_outBuffer(dst: room.baseAddress, size: room.count, pos: 0)
        let result = unsafe ZSTD_decompressStream(context, &output, &input)
        guard ZSTD_isError(result) == 0 else {
            throw CompressionDamage(text: unsafe String(cString: ZSTD_getErrorName(result)))
        }
        if unsafe input.pos > 0 || output.pos > 0 { isInFrame = result != 0 }
        return unsafe (input.pos, output.pos)
    }

    /// Begins with another frame.
    func reset() {
        _ = unsafe ZSTD_DCtx_reset(context, ZSTD_reset_session_only)
        isInFrame = false
    }
}
