import Taskstats

/// A timeline as a picture that needs no program: an SVG, or a page that is searched and zoomed in a browser.
///
/// The picture is bounded, whatever the number of processes: ``PictureRows`` folds short siblings of one name until the
/// rows fit, and everything else has a fixed number of places. It is written in pieces, so that a reader that went away
/// or a full disk ends it early. Names and command lines are chosen by processes: they are only written through
/// ``PictureBuffer``, which escapes them. The same timeline always gives the same bytes.
enum TracePicture {
    /// The kind of file.
    enum Format {
        case svg
        case html
    }

    /// Writes the picture of a timeline, in pieces.
    static func write(
        _ timeline: TraceTimeline, as format: Format, to write: (ArraySlice<UInt8>) throws(StandardOutput.Stop) -> Void
    ) throws(StandardOutput.Stop) {
        switch format {
        case .svg: try SVGPicture(timeline).write(to: write)
        case .html: try HTMLPicture(timeline).write(to: write)
        }
    }
}
