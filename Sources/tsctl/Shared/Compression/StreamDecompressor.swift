import CommandSupport

/// A decompressor of consecutive frames.
protocol FrameDecompressor: AnyObject {
    /// Whether a frame has begun and not ended.
    var isInFrame: Bool { get }

    /// Decompresses from the input, and returns how many bytes were used and how many produced.
    func decompress(
        _ bytes: UnsafeRawBufferPointer, into room: UnsafeMutableRawBufferPointer
    ) throws(CompressionDamage) -> (used: Int, produced: Int)

    /// Begins with another frame.
    func reset()
}

/// Data that is not compressed, or whose checksum is wrong.
struct CompressionDamage: Error {
    /// The description of the library.
    let text: String
}

/// A decompressor with the compressed bytes that it has not used yet.
struct StreamDecompressor {
    private let decompressor: any FrameDecompressor
    private var input: [UInt8] = []
    private var used = 0
    /// Whether the decompressor may hold more output than fitted.
    private var holdsOutput = false

    /// Creates a decompressor; fails when there is no memory for it.
    init(_ compression: Compression) throws(Failure) { decompressor = try compression.makeDecompressor() }

    /// Whether a frame has begun and not ended.
    var isInFrame: Bool { decompressor.isInFrame }

    /// Whether nothing can be read before more bytes are added.
    var needsInput: Bool { used == input.count && !holdsOutput }

    /// The number of bytes that are not used yet.
    var unusedBytes: Int { input.count - used }

    /// Adds compressed bytes, after all others were used.
    mutating func add(_ bytes: [UInt8]) {
        precondition(used == input.count, "compressed bytes would be lost")
        (input, used) = (bytes, 0)
    }

    /// Decompresses into memory, and returns how many bytes were produced; 0 if it needs more bytes.
    mutating func read(into room: UnsafeMutableRawBufferPointer) throws(CompressionDamage) -> Int {
        while !needsInput {
            let produced = try unsafe step(into: room)
            // What does not fit stays in the decompressor.
            holdsOutput = produced == room.count
            if produced > 0 { return produced }
        }
        return 0
    }

    private mutating func step(into room: UnsafeMutableRawBufferPointer) throws(CompressionDamage) -> Int {
        let remaining = input[used...]
        var result: Result<(used: Int, produced: Int), CompressionDamage> = .success((0, 0))
        unsafe remaining.withUnsafeBytes { bytes in
            result = Result { () throws(CompressionDamage) in
                try unsafe decompressor.decompress(bytes, into: room)
            }
        }
        let (taken, produced) = try result.get()
        used += taken
        precondition(used <= input.count, "read beyond the compressed bytes")
        return produced
    }

    /// Discards the bytes, and begins with another frame.
    mutating func reset() {
        (input, used, holdsOutput) = ([], 0, false)
        decompressor.reset()
    }
}
