import CommandSupport
import LinuxSystem
import TaskstatsProtocol

extension RecordingPosition {
    /// Reads where the newest file with a record ends; nil if there is none.
    ///
    /// Only the last frame of a file is decompressed: its mark has what went before.
    static func newest(in directory: RecordingDirectory) throws(Failure) -> RecordingPosition? {
        do throws(SystemError) {
            for file in try directory.list().files.reversed() {
                if let position = try end(of: file.name, in: directory) { return position }
            }
            return nil
        } catch {
            throw Failure("cannot read \(directory.path): \(error.text)")
        }
    }

    /// Reads where a file ends; nil if it has no mark.
    static func end(
        of name: RecordingFileName, in directory: RecordingDirectory
    ) throws(SystemError) -> RecordingPosition? {
        let file = try MarkedFile.open(name, in: directory)
        guard let place = try file.lastMark(before: file.size) else { return nil }
        var position = RecordingPosition(
            instance: place.mark.instance, index: place.mark.index == 0 ? nil : place.mark.index, time: place.mark.time)
        guard var stream = try? FrameStream(file, from: place.offset) else { return position }
        var framer = LineFramer(limit: ProtocolLimits.lineBytes)
        while true {
            var count = 0
            try unsafe framer.fill { (room) throws(SystemError) in
                unsafe count = try stream.read(into: room)
                return count
            }
            while case .line = unsafe framer.next({ unsafe position.advance(past: $0) }) {}
            if count == 0 { return position }
        }
    }

    /// Notes the next line.
    private mutating func advance(past line: UnsafeRawBufferPointer) {
        let stamp = unsafe LineStamp(line)
        advance(to: stamp)
        guard stamp.time == nil else { return }
        switch unsafe try? RecordingLine.read(line) {
        case .header(let header): setInstance(header.server.instance)
        case .gap(let gap):
            if let successor = gap.successor { setInstance(successor.instance) }
        case .exit, .start, .lost, .footer, .other, nil: break
        }
    }

    private mutating func setInstance(_ instance: String) {
        if instance != self.instance { (self.instance, index) = (instance, nil) }
    }
}
