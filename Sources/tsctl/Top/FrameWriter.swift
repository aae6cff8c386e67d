/// From frames to what must be written so that the screen shows the last one: the lines that differ.
struct FrameWriter {
    private var shown: [String]?

    /// Takes note that the screen shows something else.
    mutating func invalidate() { shown = nil }

    /// What to write; empty when nothing has changed.
    mutating func text(showing lines: [String]) -> String {
        var text = shown == nil ? "\u{1b}[H\u{1b}[2J" : ""
        let before = shown ?? []
        for index in 0..<max(lines.count, before.count) {
            let line = index < lines.count ? lines[index] : ""
            if index < before.count ? before[index] != line : !line.isEmpty {
                // Erased first: at the end of a full line it would take the last character away.
                text += "\u{1b}[\(index + 1);1H\u{1b}[K\(line)"
            }
        }
        shown = lines
        return text
    }
}
