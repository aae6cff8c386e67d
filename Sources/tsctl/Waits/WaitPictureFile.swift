import CommandSupport
import Glibc
import TaskstatsProtocol

/// The file of `--svg`, and the waits to draw in it.
struct WaitPictureFile: ~Copyable {
    private let name: String
    /// The file; nil for standard output.
    private let file: OutputFile?
    var timeline: WaitTimeline

    /// Opens the file.
    init(_ path: String, _ timeline: WaitTimeline) throws(Failure) {
        name = path == "-" ? "standard output" : path
        file = path == "-" ? nil : try OutputFile.overwrite(path)
        self.timeline = timeline
    }

    /// Writes the picture; returns whether it took standard output.
    mutating func write(
        _ summary: Summary, _ context: SummaryContext, result: String
    ) throws(StandardOutput.Stop) -> Bool {
        if let start = timeline.start {
            timeline.extend(to: start &+ Nanoseconds.of(microseconds: context.elapsedMicroseconds))
        }
        var notes = summary.total.usage.omitted.notes()
        if context.delayAccounting == false {
            notes.insert("Delay accounting was off (kernel.task_delayacct): only waits for a CPU are counted.", at: 0)
        }
        if context.access == "own" { notes.insert("Only the tasks of this user are included.", at: 0) }
        var output = StandardOutput(descriptor: OutputFile.number(of: file, else: STDOUT_FILENO), name: name)
        try WaitPicture(timeline, WaitPicture.Context(result: result, notes: notes)).write {
            (piece) throws(StandardOutput.Stop) in
            output.add(piece)
            try output.flush()
        }
        switch file {
        case .some: return false
        case .none: return true
        }
    }
}
