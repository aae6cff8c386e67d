/// The known processes by their ids, each in memory of its own.
///
/// A dictionary of large values takes several times their size, because it grows in steps of two.
struct ProcessStore {
    private final class Box {
        var process: TrackedProcess?

        init(_ process: TrackedProcess) { self.process = process }
    }

    private var boxes: [UInt32: Box] = [:]

    /// The estimated memory of a process: its values, the headers of the box, and its place in the dictionary.
    static let processBytes = MemoryLayout<TrackedProcess?>.size + 16 + 16 + 32

    var count: Int { boxes.count }
    var pids: some Sequence<UInt32> { boxes.keys }

    subscript(pid: UInt32) -> TrackedProcess? {
        get { boxes[pid]?.process }
        _modify {
            if let box = boxes[pid] {
                defer { if box.process == nil { boxes[pid] = nil } }
                yield &box.process
            } else {
                var process: TrackedProcess?
                defer { if let process { boxes[pid] = Box(process) } }
                yield &process
            }
        }
    }

    mutating func removeValue(forKey pid: UInt32) -> TrackedProcess? { boxes.removeValue(forKey: pid)?.process }
}
