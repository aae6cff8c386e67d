import TaskstatsModel
import TaskstatsProtocol

/// A line of the daemon, as a client reads it in each of its ways.
///
/// Whatever was made out of an exit must be made out of it again when it is written as the daemon writes it.
enum EventTarget {
    static func run(_ bytes: UnsafeRawBufferPointer) {
        if let params = unsafe try? EventReader.exitParams(of: bytes) {
            unsafe precondition(
                params.allSatisfy { (0x20...0x7e).contains($0) }, "an odd byte on its way to a terminal")
            _ = try? unsafe EventReader.readExit(params: params)
        }
        if let result = unsafe try? EventReader.result(of: bytes) {
            unsafe precondition(
                result.allSatisfy { (0x20...0x7e).contains($0) }, "an odd byte on its way to a terminal")
        }
        guard case .exit(var exit)? = try? unsafe EventReader.read(bytes) else { return }
        // The daemon always writes the CPU.
        guard exit.cpu != ExitRecord.unknownCPU else { return }
        // The line that is written states no withheld parts.
        (exit.redacted, exit.isProcessWithheld) = ([], false)
        var line = ByteBuffer(capacity: 64)
        RecordEncoder.appendExitLine(
            exit, fields: .all, redacted: [], origin: exit.origin.map { EncodedOrigin($0) }, to: &line)
        let again = unsafe line.withUnsafeBytes { written in
            try? unsafe EventReader.read(UnsafeRawBufferPointer(rebasing: written.dropLast()))
        }
        guard case .exit(let read) = again else { preconditionFailure("a line that is no exit's") }
        precondition(read == exit, "an exit that is read as another")
    }
}
