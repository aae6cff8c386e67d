import ArgumentParser

/// A format of a timeline.
enum TraceFormat: String, CaseIterable, ExpressibleByArgument {
    /// Perfetto's protobuf.
    case pftrace
    /// Chrome's trace events.
    case json
    /// A picture.
    case svg
    /// A page with a picture to search and to zoom.
    case html

    /// The size from which a piece is written.
    static let pieceBytes = 256 << 10

    /// Selects the format by the suffix of a file.
    init?(suffixOf path: String) {
        guard let suffix = path.split(separator: ".").last, let format = Self(rawValue: String(suffix)) else {
            return nil
        }
        self = format
    }

    /// Writes a timeline piece by piece.
    func write(
        _ timeline: TraceTimeline, to write: (ArraySlice<UInt8>) throws(StandardOutput.Stop) -> Void
    ) throws(StandardOutput.Stop) {
        switch self {
        case .pftrace: try PerfettoTrace.write(timeline, to: write)
        case .json: try ChromeTrace.write(timeline, to: write)
        case .svg: try TracePicture.write(timeline, as: .svg, to: write)
        case .html: try TracePicture.write(timeline, as: .html, to: write)
        }
    }
}
