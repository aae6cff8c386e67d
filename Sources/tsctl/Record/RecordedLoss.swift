import TaskstatsProtocol

/// The losses in a recording.
enum RecordedLoss {
    /// Returns the number of records that a `lost` line reports; nil for another line, or if the number is unknown.
    static func count(in line: ArraySlice<UInt8>) -> UInt64? {
        let read = unsafe line.dropLast().withUnsafeBytes { try? unsafe RecordingLine.read($0) }
        guard case .lost(let loss) = read else { return nil }
        return loss.count
    }
}
