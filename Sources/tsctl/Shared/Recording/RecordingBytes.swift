import LinuxSystem

/// The bytes of a recording, decompressed.
protocol RecordingBytes: ~Copyable {
    /// Reads the next bytes, waiting for them; returns 0 at the end.
    mutating func read(into room: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int

    /// Ends reading; returns what is wrong with the compressed data, if anything is.
    mutating func finish() -> String?
}
