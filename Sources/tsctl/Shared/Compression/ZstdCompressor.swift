import CZstd
import CommandSupport

/// A compressor of zstd frames in memory.
@safe final class ZstdCompressor: StreamCompressor {
    private let context: OpaquePointer

    /// Creates a compressor; nil when there is no memory for it.
    init?() {
        guard let context = unsafe ZSTD_createCCtx() else { return nil }
        unsafe self.context = context
        _ = unsafe ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, 1)
        _ = unsafe ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
    }

    deinit { _ = unsafe ZSTD_freeCCtx(context) }

    func compress(_ bytes: ArraySlice<UInt8>, _ continuation: Continuation, to output: inout [UInt8]) {
        let mode =
            switch continuation {
            case .more: ZSTD_e_continue
            case .flush: ZSTD_e_flush
            case .end: ZSTD_e_end
            }
        unsafe bytes.withUnsafeBytes { source in
            var input = unsafe ZSTD_inBuffer(src: source.baseAddress, size: source.count, pos: 0)
            let room = ZSTD_CStreamOutSize()
            unsafe withUnsafeTemporaryAllocation(byteCount: room, alignment: 16) { target in
                while true {
                    var result = unsafe ZSTD_outBuffer(dst: target.baseAddress, size: room, pos: 0)
                    let remaining = unsafe ZSTD_compressStream2(context, &result, &input, mode)
                    precondition(ZSTD_isError(remaining) == 0, "zstd refuses to compress")
                    unsafe output.append(contentsOf: target.prefix(result.pos))
                    let isDone = unsafe continuation == .more ? input.pos == input.size : remaining == 0
                    if isDone { return }
                }
            }
        }
    }
}
