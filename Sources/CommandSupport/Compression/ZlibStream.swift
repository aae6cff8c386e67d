import CZlib

/// The parts of a zlib stream that its macros and pointer types hide.
package enum ZlibStream {
    /// The largest window, in the format of gzip.
    package static let gzipWindowBits = MAX_WBITS + 16
    package static let size = unsafe Int32(MemoryLayout<z_stream>.size)

    /// Sets the bytes that are read next, which must outlive the call that reads them.
    package static func setInput(_ bytes: UnsafeRawBufferPointer, of stream: UnsafeMutablePointer<z_stream>) {
        unsafe stream.pointee.next_in = UnsafeMutableRawPointer(mutating: bytes.baseAddress)?
            .assumingMemoryBound(to: UInt8.self)
        unsafe stream.pointee.avail_in = UInt32(bytes.count)
    }

    /// Sets the memory for what is written next.
    package static func setOutput(_ room: UnsafeMutableRawBufferPointer, of stream: UnsafeMutablePointer<z_stream>) {
        unsafe stream.pointee.next_out = room.baseAddress?.assumingMemoryBound(to: UInt8.self)
        unsafe stream.pointee.avail_out = UInt32(room.count)
    }
}
