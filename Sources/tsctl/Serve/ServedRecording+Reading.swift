import CommandSupport
import LinuxSystem
import TaskstatsProtocol

extension ServedRecording {
    /// Reads a recording from a file, or from standard input for "-"; damaged lines are reported and left out.
    static func read(_ path: String) throws(Failure) -> ServedRecording {
        let name = path == "-" ? "standard input" : path
        var reader = RecordingReader(try RecordingSource.open(path), keepsText: false)
        var recording: ServedRecording?
        do throws(SystemError) {
            while try reader.readMore() {
                take(&reader, into: &recording)
            }
        } catch {
            throw Failure("cannot read \(name): \(error.text)")
        }
        if let complaint = reader.finish() { Console.print(complaint) }
        guard let recording else { throw Failure("\(name) is not a recording of tsctl (use tsctl record to make one)") }
        return recording
    }

    private static func take(_ reader: inout RecordingReader<RecordingSource>, into recording: inout ServedRecording?) {
        while true {
            switch reader.next() {
            case .incomplete: return
            case .damaged(let line, let problem, _): if recording != nil { Console.print("line \(line): \(problem)") }
            case .truncated(let line): Console.print("line \(line), the last one, is truncated")
            case .line(.header(let header), _): recording = recording ?? ServedRecording(header: header)
            case .line(.exit(let exit), _): recording?.append(exit)
            case .line(.start(let start), _): recording?.append(start)
            case .line(.lost(let loss), _): recording?.append(loss)
            // A gap has no length in records, and the rest is about the recording.
            case .line(.gap, _), .line(.footer, _), .line(.other, _): break
            }
        }
    }
}
