import Taskstats

/// The limits of a directory of recordings.
struct RetentionLimits {
    /// The maximum sum of the sizes of all recordings, in bytes.
    var bytes: UInt64
    /// The maximum age of a record, in nanoseconds.
    var age: UInt64
    /// The maximum time between the first and the last record of a file, in nanoseconds.
    var rotation: UInt64

    /// The smallest `--max-size`: a file has at least 64 KiB, and the smallest part of a directory is one file.
    static let smallestBytes: UInt64 = 1 << 20
    private static let parts: UInt64 = 16

    /// The size at which a file is full: a small part of the directory, because files are removed as a whole.
    var fileBytes: UInt64 { bytes / Self.parts }

    /// Returns how many of the oldest files must be removed so that `added` more bytes fit, and no record is too old.
    ///
    /// The newest file, which is being written, stays. The records of a file are older than the first of the next one.
    func surplus(_ files: some RandomAccessCollection<RecordingDirectory.File>, adding added: UInt64, now: UInt64)
        -> Int
    {
        var sum = files.reduce(added) { $0 + $1.bytes }
        var count = 0
        for (file, next) in zip(files, files.dropFirst()) {
            let isTooOld = next.name.time < now && now - next.name.time > age
            guard isTooOld || sum > bytes else { break }
            sum -= file.bytes
            count += 1
        }
        return count
    }
}
