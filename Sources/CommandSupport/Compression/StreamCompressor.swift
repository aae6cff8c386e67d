/// A compressor of a stream in memory: fast rather than small, as records keep arriving.
package protocol StreamCompressor: AnyObject {
    /// Compresses bytes, and appends what results to the output.
    func compress(_ bytes: ArraySlice<UInt8>, _ continuation: Continuation, to output: inout [UInt8])
}

/// What follows bytes that are compressed.
package enum Continuation {
    /// More bytes, of which some may stay in memory until then.
    case more
    /// Perhaps nothing for a while: the bytes so far must be readable. The frame goes on, so that later records still
    /// profit from earlier ones.
    case flush
    /// Another frame, or the end.
    case end
}
