import Glibc
import LinuxSystem
import Taskstats
import TaskstatsProtocol
import Testing

@testable import tsctl

private let directory = unsafe getenv("TASKSTATS_PICTURES").map { unsafe String(cString: $0) }

/// Writes pictures for people, and for the check in a browser; TASKSTATS_PICTURES names their directory.
@Suite(.enabled(if: directory != nil, "needs TASKSTATS_PICTURES")) struct PictureFileTests {
    @Test func `pictures of synthetic timelines are written`() throws {
        try write(SyntheticTimeline.build(), "build")
        try write(SyntheticTimeline.many(100_000), "many")
    }

    @Test func `pictures of a recording are written`() throws {
        let recording = unsafe getenv("TASKSTATS_PICTURE_RECORDING").map { unsafe String(cString: $0) }
        guard let recording else { return }
        var reader = RecordingReader(try RecordingSource.open(recording), keepsText: false)
        // Below this process only.
        let root = unsafe getenv("TASKSTATS_PICTURE_ROOT").flatMap { unsafe UInt32(String(cString: $0)) }
        var collector = TraceCollector(root: root, tick: .milliseconds(4))
        repeat {
            var item = reader.next()
            while true {
                if case .incomplete = item { break }
                if case .line(.exit(let exit), _) = item { collector.ended(exit) }
                item = reader.next()
            }
        } while try reader.readMore()
        try write(collector.timeline(title: "make -k -j4", cpus: 2), "recording")
    }

    private func write(_ timeline: TraceTimeline, _ name: String) throws {
        for (format, ending) in [(TracePicture.Format.svg, "svg"), (.html, "html")] {
            let path = "\(directory ?? "")/\(name).\(ending)"
            var bytes: [UInt8] = []
            let begin = ContinuousClock.now
            try TracePicture.write(timeline, as: format) { (piece) throws(StandardOutput.Stop) in bytes += piece }
            let time = ContinuousClock.now - begin
            let descriptor = try unsafe Descriptor(open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o644), of: "open")
            var file = StandardOutput(descriptor: descriptor.number)
            file.line(bytes)
            try file.flush()
            print("picture: \(path): \(bytes.count) bytes in \(time)")
        }
    }
}
